/** The command `biwa` as a process: its arguments, its terminal, its exit code. `bin/biwa.js` starts it. */
import { ProcessTerminal } from '../world/terminal.ts'
import { run } from './run.ts'

process.exitCode = await run(process.argv.slice(2), new ProcessTerminal())
