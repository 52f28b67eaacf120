/** Compiles the publishable package: `src` and `examples` without their tests become `dist`, JavaScript with declarations. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

rmSync('dist', { recursive: true, force: true })
// The examples against what was built: one of them is the demo's lake.
for (const project of ['tsconfig.build.json', 'tsconfig.examples.json'])
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' })
// Data files that the sources read stand beside them.
for (const file of globSync('src/**/*.json', { exclude: name => name.includes('/cases/') })) {
  const to = file.replace(/^src/, 'dist')
  mkdirSync(dirname(to), { recursive: true })
  cpSync(file, to)
}
