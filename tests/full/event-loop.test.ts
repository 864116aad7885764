import { FOLDER, MACHINES } from '../support/backends'
import { describeEventLoop } from '../support/event-loop'

describeEventLoop(FOLDER, 30_000)
describeEventLoop(MACHINES, 6000)
