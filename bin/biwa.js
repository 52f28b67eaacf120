#!/usr/bin/env node
// The command `biwa`, in plain JavaScript, so that an old Node can be told what it lacks and so that the sources' compiled
// form is found in Node's cache from the second start on. In the repository it runs the sources, in the package dist/.
import { existsSync } from 'node:fs'
import * as module from 'node:module'

if (Number(process.versions.node.split('.')[0]) < 26) {
  console.error(
    `biwa needs Node 26 or newer; this is ${process.version}. Install it from https://nodejs.org, or: npx -p node@26 -p biwa biwa`,
  )
  process.exit(1)
}
module.enableCompileCache?.()
const sources = new URL('../src/cli/main.ts', import.meta.url)
await import(existsSync(sources) ? sources.href : '../dist/cli.js')
