// A run of the bench with two servers to compare with: it says their process ids when they answer, and stays. tsx tests/support/bench-run.ts
import { Peers } from '../../bench/peers'
import { peer } from './bench-peers'

const peers = await Peers.start([peer('one'), peer('two')])
console.log(JSON.stringify(peers.names))
setInterval(() => {}, 1000)
