/** Compiles the publishable package: `src` without its tests becomes `dist`, JavaScript with declarations. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
// Data files that the sources read stand beside them.
for (const file of globSync('src/**/*.json', { exclude: name => name.includes('/cases/') })) {
  const to = file.replace(/^src/, 'dist')
  mkdirSync(dirname(to), { recursive: true })
  cpSync(file, to)
}
