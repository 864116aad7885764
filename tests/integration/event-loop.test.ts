import { FOLDER } from '../support/backends'
import { describeEventLoop } from '../support/event-loop'

describeEventLoop(FOLDER, 15_000)
