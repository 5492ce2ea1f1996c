/** The worker's own file: the host, reachable from the page. */

import { expose } from "comlink"
import { DeviceHost } from "./host.ts"
import { inWords } from "./refusals.ts"

expose(inWords(new DeviceHost()))
