#!/usr/bin/env node
/** The command `biwa`: what is the process's own (compile cache, arguments, exit code) and nothing else. */
import { enableCompileCache } from 'node:module'

enableCompileCache() // what was compiled at an earlier start is not compiled again; before any of it is loaded
const { ProcessTerminal } = await import('../world/terminal.ts')
const { run } = await import('./run.ts')

process.exitCode = await run(process.argv.slice(2), new ProcessTerminal())
