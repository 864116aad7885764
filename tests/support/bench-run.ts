// Runs the benchmark with two peer servers, prints their process ids once they respond, and waits. tsx
// tests/support/bench-run.ts
import { Peers } from '../../bench/peers'
import { peer } from './bench-peers'

const peers = await Peers.start([peer('one'), peer('two')])
console.log(JSON.stringify(peers.names))
setInterval(() => {}, 1000)
