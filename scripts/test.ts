/**
 * Runs every test file and ends with one line that counts them: `N passed, N failed, N skipped`. Tests whose tools are
 * absent (aws, boto3, terraform) skip themselves and are named here, so that nothing is missing in silence.
 *
 *     node scripts/test.ts [path part …]     only files whose path contains one of these
 *
 * With BIWA_TESTS=thorough the tests of laws try several times as many cases (`test/testing/tries.ts`).
 */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Files that take longest begin first, so that at the end no processor waits for another. */
const longest = [
  'test/conformance/terraform.test.ts',
  'src/analyze/engine/sql.test.ts',
  'test/guides.test.ts',
  'test/crash/',
  'test/package.test.ts',
  'src/transform/functions/',
  'src/collect/firehose/stories.test.ts',
  'src/analyze/engine/',
  'test/define/',
  'test/conformance/',
]
const place = (file: string) => {
  const found = longest.findIndex(prefix => file.startsWith(prefix))
  return found < 0 ? longest.length : found
}

const wanted = process.argv.slice(2)
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'])
  .filter(file => wanted.length === 0 || wanted.some(part => file.includes(part)))
  .sort()
  .sort((one, other) => place(one) - place(other))
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`)
  process.exit(1)
}

const counts = { passed: 0, failed: 0, skipped: 0 }
const skipped: string[] = []
// The examples import `biwa` as their readers do; here that is the sources.
const execArgv = ['--import', './scripts/own-sources.ts']
// Two hundred processes load the same sources and clients: with their compiled form kept, each starts in half the time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/biwa-tests')
// One more than there are processors, for many a test waits: for a buffer's second, for a killed server's next start.
const stream = run({ files, concurrency: availableParallelism() + 1, timeout: 600_000, execArgv })
const isFile = (name: string) => name.endsWith('.test.ts')
stream.on('test:pass', ({ name, skip, details, file }) => {
  const skips = skip !== undefined && skip !== false
  // A suite counts by its tests, but for one that is skipped whole: it has none to count by.
  if ((details.type === 'suite' && !skips) || isFile(name)) return
  if (!skips) counts.passed++
  else {
    counts.skipped++
    skipped.push(
      `${file?.replace(`${process.cwd()}/`, '') ?? ''}: ${name}${typeof skip === 'string' ? ` (${skip})` : ''}`,
    )
  }
})
stream.on('test:fail', ({ details }) => {
  if (details.type !== 'suite' || (details.error as { failureType?: string }).failureType !== 'subtestsFailed')
    counts.failed++
})
stream.compose(spec()).pipe(process.stdout)
stream.on('end', () => {
  process.exitCode = counts.failed > 0 ? 1 : 0
  setImmediate(() => {
    for (const line of skipped) console.log(`skipped: ${line}`)
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  })
})
