/** For `node --import`: the package's own names, `biwa` and `biwa/define`, are the sources of this repository. */
import { hook } from '../src/cli/own-modules.ts'

hook()
