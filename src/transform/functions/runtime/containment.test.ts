/**
 * Property: a function can harm itself and nobody else. What it tries against the lake, the machine and its own bounds
 * fails, its process is gone afterwards, and the next invocation works.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { answerOf, Bench, errorOf, scope } from '../testing/functions.ts'

/** Runs what the event says. */
const anything = {
  'index.js': `exports.handler = event => (0, eval)('(async () => {' + event + '})()')`,
  'here.txt': 'part of the code',
}

test('a function reads its own code and nothing else of the machine', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('curious', anything)
  const read = async (path: string) => {
    const code = `try { return process.getBuiltinModule('fs').readFileSync(${JSON.stringify(path)}, 'utf8') } catch (error) { return error.code }`
    return answerOf(await bench.invoke(id, code))
  }
  assert.equal(await read('here.txt'), 'part of the code')
  const ledger = join(bench.directory, 'ledger.sqlite')
  assert.ok(existsSync(ledger))
  const denied = [
    ledger,
    '/etc/passwd',
    '/proc/self/environ',
    '/proc/1/cmdline',
    process.execPath,
    import.meta.filename,
  ]
  for (const path of denied) assert.equal(await read(path), 'ERR_ACCESS_DENIED', path)
  assert.equal(await read('../../ledger.sqlite'), 'ERR_ACCESS_DENIED')
})

test('no other way around the permissions is open', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('burglar', anything)
  const ledger = JSON.stringify(join(bench.directory, 'ledger.sqlite'))
  const builtin = (name: string) => `process.getBuiltinModule('node:${name}')`
  const attempts: Readonly<Record<string, string>> = {
    'a database': `return new (${builtin('sqlite')}.DatabaseSync)(${ledger})`,
    'a symbolic link': `${builtin('fs')}.symlinkSync('/etc/passwd', ${builtin('os')}.tmpdir() + '/link')`,
    'a hard link': `${builtin('fs')}.linkSync(${ledger}, ${builtin('os')}.tmpdir() + '/link')`,
    'a module': `return require('node:module').createRequire('/')(${ledger})`,
    'an environment file': `process.loadEnvFile('/etc/os-release')`,
    'a process': `return ${builtin('child_process')}.execSync('id').toString()`,
    'a process in its place': `process.execve('/bin/sh', ['sh', '-c', 'id'])`,
    'a thread': `return new (${builtin('worker_threads')}.Worker)('1', { eval: true })`,
    'a native library': `process.dlopen({ exports: {} }, '/usr/lib/libc.so.6')`,
    'a binding': `return process.binding('spawn_sync')`,
    'an inspector': `${builtin('inspector')}.open(0)`,
    'a signal to the lake': `process.kill(process.ppid, 0)`,
    'a signal to a group': `process.kill(0, 0)`,
    'the debugger of the lake': `process._debugProcess(process.ppid)`,
    'the inner kill': `process._kill(process.ppid, 0)`,
    'the priority of the lake': `${builtin('os')}.setPriority(process.ppid, 10)`,
    'a local socket': `await new Promise((resolve, reject) => ${builtin('net')}.connect('/var/run/docker.sock').on('connect', resolve).on('error', reject))`,
    'a local socket over HTTP': `await new Promise((resolve, reject) => ${builtin('http')}.get({ socketPath: '/var/run/docker.sock' }, resolve).on('error', reject))`,
    'a socket in the file system': `${builtin('net')}.createServer().listen(process.cwd() + '/socket')`,
    'a file among its code': `${builtin('fs')}.writeFileSync('index.js', '')`,
    'a file of the machine': `${builtin('fs')}.writeFileSync('/tmp/biwa-escaped', '')`,
  }
  for (const [what, code] of Object.entries(attempts)) {
    const outcome = await bench.invoke(id, `${code}; return 'escaped'`)
    assert.equal(outcome.error, 'Unhandled', `${what}: ${Buffer.from(outcome.payload)}`)
  }
  assert.equal(existsSync('/tmp/biwa-escaped'), false)
})

test('a process inherits neither the environment nor the files of the lake', async context => {
  const bench = await Bench.for(context)
  process.env.BIWA_TEST_SECRET = 'of the lake'
  context.after(() => delete process.env.BIWA_TEST_SECRET)
  const id = await bench.create('heir', anything, { environment: { OWN: 'yes' } })
  const names = answerOf(await bench.invoke(id, 'return Object.keys(process.env)')) as readonly string[]
  assert.deepEqual(names.toSorted(), [
    ...['AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_EXECUTION_ENV'],
    ...['AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION'],
    ...['AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_REGION'],
    ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'LAMBDA_TASK_ROOT', 'LANG', 'OWN', 'TMPDIR', 'TZ', '_HANDLER'],
  ])
  const files = `const fs = process.getBuiltinModule('fs'); const found = []
    for (let descriptor = 0; descriptor < 100; descriptor++)
      try { if (fs.fstatSync(descriptor).isFile()) found.push(descriptor) } catch {}
    return found`
  assert.deepEqual(answerOf(await bench.invoke(id, files)), [])
})

test('a function that eats memory is ended, and the next one runs', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('glutton', anything, { memoryMebibytes: 128 })
  const eaten = await bench.invoke(id, 'const all = []; for (;;) all.push(Buffer.alloc(4e6, 1))')
  assert.equal(errorOf(eaten).errorType, 'Runtime.ExitError')
  assert.match(
    errorOf(eaten).errorMessage,
    /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/,
  )
  assert.match(
    eaten.logTail,
    /\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t.*Status: error\tError Type: Runtime.ExitError/,
  )
  const heap = await bench.invoke(id, 'const all = []; for (;;) all.push([Math.random(), {}, String(all.length)])')
  assert.match(errorOf(heap).errorMessage, /Runtime exited with error: signal: (killed|aborted|trace.breakpoint trap)$/)
  assert.equal(answerOf(await bench.invoke(id, 'return 1')), 1)
})

test('a function that never returns is ended in its time, also when it never yields', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('endless', anything, { timeoutSeconds: 1 })
  for (const code of ['for (;;);', 'await new Promise(() => setInterval(() => {}, 1000))']) {
    const ended = await bench.invoke(id, code)
    assert.equal(errorOf(ended).errorType, 'Sandbox.Timedout')
    assert.match(errorOf(ended).errorMessage, /^RequestId: \S+ Error: Task timed out after 1.00 seconds$/)
    assert.match(ended.logTail, /Task timed out after 1.00 seconds\n.*END RequestId.*\tStatus: timeout\t/s)
    assert.ok(
      ended.durationMilliseconds >= 1000 && ended.durationMilliseconds < 10_000,
      `${ended.durationMilliseconds}`,
    )
  }
  assert.equal(answerOf(await bench.invoke(id, 'return 1')), 1)
})

test('a function that ends its process has failed, and the next one runs', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('quitter', anything)
  const how = async (code: string) => errorOf(await bench.invoke(id, code)).errorMessage.replace(/^RequestId: \S+ /, '')
  assert.equal(await how('process.exit(3)'), 'Error: Runtime exited with error: exit status 3')
  assert.equal(await how('process.exit(0)'), 'Error: Runtime exited without providing a reason')
  assert.equal(await how('process.abort()'), 'Error: Runtime exited with error: signal: aborted')
  assert.equal(
    await how(`process.kill(process.pid, 'SIGKILL'); for (;;);`),
    'Error: Runtime exited with error: signal: killed',
  )
  assert.equal(await how('setImmediate(() => { throw new Error("late") }); await new Promise(() => {})'), 'late')
  assert.equal(answerOf(await bench.invoke(id, 'return 1')), 1)
})

test('a function that fills the disk is ended, and what it wrote goes', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('hoarder', anything, { storageMebibytes: 1 })
  const fill = `const fs = process.getBuiltinModule('fs'), os = process.getBuiltinModule('os')
    fs.mkdirSync(os.tmpdir() + '/deep'); fs.writeFileSync(os.tmpdir() + '/deep/file', Buffer.alloc(2 * 1024 * 1024)); return os.tmpdir()`
  assert.match(errorOf(await bench.invoke(id, fill)).errorMessage, /more than 1 MB written to the temporary directory$/)
  const kept = `const fs = process.getBuiltinModule('fs'), os = process.getBuiltinModule('os')
    const before = fs.readdirSync(os.tmpdir()); fs.writeFileSync(os.tmpdir() + '/small', 'x'); return before`
  assert.deepEqual(answerOf(await bench.invoke(id, kept)), [])
  assert.deepEqual(answerOf(await bench.invoke(id, kept)), ['small'], 'a warm environment keeps its files')
})

test('a function that writes into the socket of its runtime costs itself its process', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('forger', anything)
  const forged = `process.getBuiltinModule('fs').writeSync(3, Buffer.alloc(64, 0xff)); await new Promise(() => {})`
  assert.match(errorOf(await bench.invoke(id, forged)).errorMessage, /Runtime exited with error: signal: killed$/)
  assert.equal(answerOf(await bench.invoke(id, 'return 1')), 1)
})

test('nothing of a function is left in scratch once the lake has closed', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('tidy', anything)
  await bench.invoke(id, 'return 1')
  const scratch = join(bench.directory, 'scratch')
  assert.equal(readdirSync(scratch).length, 2, 'the code, and where the function may write')
  await bench.close()
  assert.deepEqual(readdirSync(scratch), [])
  await bench.open(0)
})

test('a killed lake takes the processes of its functions with it, and the next one runs what it had accepted', async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-functions-'))
  context.after(() => rm(directory, { recursive: true, force: true }))
  const holder = spawn(process.execPath, [join(import.meta.dirname, '../testing/holder.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(holder.stdout.setEncoding('utf8'), 'data')
  const functionProcess = Number(said)
  assert.ok(isThere(functionProcess))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  while (isThere(functionProcess)) await new Promise(resolve => setImmediate(resolve))
  const bench = await Bench.in(directory)
  await bench.functions.reserve({ ...scope, name: 'later' }, undefined)
  await bench.clock.advance(300_000)
  await bench.close()
  const { Invocations, Errors } = bench.counted.sums
  assert.deepEqual([Invocations, Errors], [1, 0])
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
