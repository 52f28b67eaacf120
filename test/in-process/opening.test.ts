/** A lake opens as its options say or says what is wrong with them, and closes without leaving anything behind. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { LakeMistake, type LakeOptions, openLake } from '../../src/index.ts'
import { SystemRandom } from '../../src/world/random.ts'

const folderFor = (context: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'biwa-opening-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const temporary = { directory: 'temporary', clock: 'simulated' } as const

test('a temporary lake has a directory of its own, which is gone when it is closed', async () => {
  const lakes = await Promise.all([openLake(temporary), openLake(temporary)])
  const directories = lakes.map(lake => lake.directory)
  assert.notEqual(directories[0], directories[1])
  assert.ok(directories.every(directory => existsSync(directory)))
  for (const lake of lakes) await lake.aws.kinesis.CreateStream({ StreamName: 'same-name', ShardCount: 1 })
  for (const lake of lakes) await lake.close()
  assert.ok(directories.every(directory => !existsSync(directory)))
})

test('a path is kept, and what was put there is there in the next lake', async context => {
  const directory = join(folderFor(context), 'lake')
  {
    await using lake = await openLake({ directory })
    await lake.aws.kinesis.CreateStream({ StreamName: 'kept', ShardCount: 1 })
  }
  await using lake = await openLake({ directory })
  assert.deepEqual((await lake.aws.kinesis.ListStreams()).StreamNames, ['kept'])
  await assert.rejects(openLake({ directory }), /in use by this very process/)
})

test('a lake that cannot be opened leaves nothing behind, and no lock', async context => {
  const directory = folderFor(context)
  writeFileSync(join(directory, 'thesis.txt'), 'mine')
  await assert.rejects(openLake({ directory }), /is not a data directory of Biwa/)
  assert.deepEqual(readdirSync(directory), ['thesis.txt'])
  const before = temporaryLakes()
  const random = { bytes: failing, hex: failing, uuid: failing, fraction: failing }
  await assert.rejects(openLake({ ...temporary, random }), /no chance/)
  assert.deepEqual(temporaryLakes(), before)
})

test('a temporary lake that nobody closes goes with its process, and after a killed one with the next', async () => {
  const opening = (end: string) => `
    import { openLake } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
    const lake = await openLake({ directory: 'temporary', clock: 'simulated' })
    await lake.aws.kinesis.CreateStream({ StreamName: 'unclosed', ShardCount: 1 })
    ${end}`
  const left = (end: string) => {
    const words = ['--input-type=module-typescript', '-e', opening(end)]
    const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 })
    return stdout.trim()
  }
  for (const end of ['process.exit(0)', "setTimeout(() => { throw new Error('unawaited') })"])
    assert.ok(!existsSync(left(`console.log(lake.directory); ${end}`)), end)
  const killed = left("console.log(lake.directory); process.kill(process.pid, 'SIGKILL')")
  assert.ok(existsSync(killed))
  assert.notEqual(left('console.log(lake.directory); await lake.close()'), killed)
  assert.ok(!existsSync(killed))
})

const failing = (): never => {
  throw new Error('no chance')
}
const temporaryLakes = () => readdirSync(tmpdir()).filter(name => name.includes(`-${process.pid}-`))

for (const [what, options, wanted] of [
  [
    'an unknown option',
    { directory: 'temporary', clok: 'simulated' },
    /takes no 'clok'\. It takes directory, clock, start/,
  ],
  ['no directory', {}, /needs a directory: a path, or 'temporary'/],
  ['a start of the system’s clock', { directory: 'temporary', start: 0 }, /start goes with clock: 'simulated'/],
  ['a start without an offset', { ...temporary, start: '2025-10-15T00:00:00' }, /start must be an instant: ISO 8601/],
  ['an unknown clock', { directory: 'temporary', clock: 'fast' }, /clock is system or simulated, not 'fast'/],
  ['a seed that is no whole number', { ...temporary, seed: 0.5 }, /seed must be a whole number, not 0\.5/],
  ['an account that is none', { ...temporary, account: '1' }, /account must be 12 digits/],
  ['a region that is none', { ...temporary, region: 'Tokyo' }, /region must be one of AWS's/],
  ['what is no object', 'temporary', /openLake takes an object with directory, clock, .*, not 'temporary'/],
  ['nothing at all', undefined, /openLake takes an object with directory, clock, .*, not undefined/],
  ['a log that is none', { ...temporary, log: {} }, /log must be a Log .* has no info\(\)/],
  ['an option that is null', { ...temporary, transcript: null }, /transcript must not be null: leave it out/],
  ['an account that is a number', { ...temporary, account: 123456789012 }, /account must be 12 digits/],
  ['a list of options', [], /openLake takes an object with directory, clock, .*, not a list/],
  ['a directory that no file system has', { directory: 'a\0b' }, /needs a directory: a path/],
  ['chance from two places', { ...temporary, seed: 1, random: new SystemRandom() }, /give one of them/],
  [
    'a disk that is none',
    { ...temporary, disk: {} },
    /disk must be a Disk \(only tests .* given, an object, has no open\(\)/,
  ],
  ['a number for a disk', { ...temporary, disk: 7 }, /disk must be a Disk \(only tests .* given, 7, has no open\(\)/],
  [
    'chance that is none',
    { ...temporary, random: { bytes: () => new Uint8Array() } },
    /random must be a Random .* seed: 1 instead.* has no hex\(\)/,
  ],
  ['a switch that is none', { ...temporary, faults: 'all' }, /faults is true or false, not 'all'/],
] as const)
  test(`${what} is refused by name`, async () => {
    const before = temporaryLakes()
    await assert.rejects(openLake(options as unknown as LakeOptions), error => {
      assert.ok(error instanceof LakeMistake)
      assert.match(error.message, wanted)
      return true
    })
    assert.deepEqual(temporaryLakes(), before)
  })

test('a directory whose name is too long is refused in a sentence, and so is a place for temporary ones that is none', async () => {
  await assert.rejects(openLake({ directory: join(tmpdir(), 'long'.repeat(2000)) }), {
    name: 'DataDirectoryMistake',
    message: /^.{300,700}longer than this system takes\. Choose a shorter one \(biwa up --data\)\.$/s,
  })
  const script = `
    import { openLake } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)}
    await openLake({ directory: 'temporary' }).catch(({ name, message }) => console.log(name, message))`
  const env = { ...process.env, TMPDIR: '/nowhere/at/all' }
  const words = ['--input-type=module-typescript', '-e', script]
  const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000, env })
  assert.match(
    stdout,
    /^LakeMistake A temporary lake has its directory under \/nowhere\/at\/all, where none can be made.*Set TMPDIR/,
  )
})

test('what invoke and bind cannot be called with is refused with how they are called', async () => {
  await using lake = await openLake(temporary)
  const invoke = lake.invoke.bind(lake) as (...given: unknown[]) => Promise<unknown>
  const bind = lake.bind.bind(lake) as (...given: unknown[]) => Promise<unknown>
  const refused = (asked: Promise<unknown>, message: RegExp) =>
    assert.rejects(asked, error => error instanceof LakeMistake && message.test(error.message))
  await refused(invoke(), /invoke takes first who calls, .* not undefined: lake\.invoke\(lake, 'kinesis'/)
  await refused(invoke(lake), /names of a service and of its operation, not undefined and undefined/)
  await refused(invoke(lake, 'kinesis', 'ListStreams'), /the operation's input as an object, not undefined/)
  await refused(bind(), /bind takes one SELECT as a text, not undefined: lake\.bind\('SELECT/)
  await refused(bind('SELECT 1 AS a'), /a list of the tables that the SELECT may read, not undefined/)
  await refused(bind('SELECT 1 AS a', [{ name: 't' }]), /tables with a name and columns, not an object/)
  await refused(bind('SELECT 1 AS a', [{ name: 't', columns: ['a'] }]), /the table t has 'a'/)
})

test('an object’s body that was not read before the lake was closed says so, whatever its size', async () => {
  for (const bytes of [10, 1_000_000]) {
    const lake = await openLake({ ...temporary, region: 'eu-west-1' })
    const s3 = new S3Client(lake.client())
    await lake.aws.s3.CreateBucket({ Bucket: 'bodies', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } })
    await lake.aws.s3.PutObject({ Bucket: 'bodies', Key: 'a', Body: Buffer.alloc(bytes) })
    const { Body } = await lake.aws.s3.GetObject({ Bucket: 'bodies', Key: 'a' })
    const sent = await s3.send(new GetObjectCommand({ Bucket: 'bodies', Key: 'a' }))
    await lake.close()
    const said = { name: 'LakeMistake', message: /closed before the object's body was read.*Read it first/ }
    await assert.rejects(Body?.transformToString() ?? Promise.resolve(), said)
    await assert.rejects(sent.Body?.transformToString() ?? Promise.resolve(), said)
  }
})

test('a clock starts at an ISO instant, a Temporal.Instant, a Date or milliseconds', async () => {
  const iso = '2025-10-15T00:00:00+09:00'
  for (const start of [iso, Temporal.Instant.from(iso), new Date(iso), Date.parse(iso)]) {
    await using lake = await openLake({ ...temporary, start })
    assert.equal(String(lake.clock.now()), '2025-10-14T15:00:00Z')
  }
})

test('two lakes of one seed give the same names, and of another seed others', async () => {
  const names = async (seed: number) => {
    await using lake = await openLake({ ...temporary, start: 0, seed })
    await lake.aws.s3.CreateBucket({ Bucket: 'versioned' })
    await lake.aws.s3.PutBucketVersioning({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } })
    const { VersionId } = await lake.aws.s3.PutObject({ Bucket: 'versioned', Key: 'a', Body: 'a' })
    return [VersionId, (await lake.query('SELECT 1 AS one')).queryExecutionId]
  }
  assert.deepEqual(await names(1), await names(1))
  assert.notDeepEqual(await names(1), await names(2))
})

test('a lake that was closed says so to whoever uses it', async () => {
  const lake = await openLake(temporary)
  const server = await lake.listen({ port: 0 })
  await lake.close()
  await lake.close()
  const wanted = { name: 'LakeMistake', message: 'This lake is closed. Open another with openLake.' }
  await assert.rejects(lake.aws.kinesis.ListStreams(), wanted)
  await assert.rejects(lake.query('SELECT 1'), wanted)
  await assert.rejects(lake.clock.advance('PT1M'), wanted)
  await assert.rejects(lake.listen({ port: 0 }), wanted)
  assert.throws(() => lake.clock.now(), wanted)
  await assert.rejects(fetch(server.url))
})

test('time that was to be moved when its lake was closed is refused, whatever part of the way it went', async () => {
  const lake = await openLake({ ...temporary, start: 0 })
  const RoleArn = 'arn:aws:iam::000000000000:role/any'
  await lake.aws.scheduler.CreateSchedule({
    ...{ Name: 'often', ScheduleExpression: 'rate(1 minute)', FlexibleTimeWindow: { Mode: 'OFF' } },
    Target: { Arn: 'arn:aws:scheduler:::aws-sdk:glue:startJobRun', RoleArn, Input: '{"JobName":"none"}' },
  })
  const moved = lake.clock.advance({ days: 30 })
  const refused = assert.rejects(moved, { message: 'This lake is closed. Open another with openLake.' })
  await lake.aws.kinesis.ListStreams()
  await lake.close()
  await refused
})

test('closing while queries run and streams are read ends them, and nothing stays', { timeout: 60_000 }, async () => {
  const lake = await openLake(temporary)
  const { aws } = lake
  await aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
  const { StreamDescriptionSummary } = await aws.kinesis.DescribeStreamSummary({ StreamName: 's' })
  const { Consumer } = await aws.kinesis.RegisterStreamConsumer({
    ConsumerName: 'c',
    StreamARN: StreamDescriptionSummary.StreamARN,
  })
  await lake.clock.advance('PT1M')
  const { EventStream } = await aws.kinesis.SubscribeToShard({
    ConsumerARN: Consumer.ConsumerARN,
    ShardId: 'shardId-000000000000',
    StartingPosition: { Type: 'TRIM_HORIZON' },
  })
  const reading = Array.fromAsync(EventStream)
  await lake.query('SELECT 1')
  const slow = lake.query(
    'SELECT count(*) FROM UNNEST(sequence(1, 10000)) a (x) CROSS JOIN UNNEST(sequence(1, 10000)) b (y) CROSS JOIN UNNEST(sequence(1, 10000)) c (z)',
  )
  const refused = assert.rejects(slow)
  await lake.aws.athena.ListQueryExecutions()
  await lake.close()
  await Promise.all([refused, reading.catch(() => undefined)])
  assert.deepEqual(childrenOfThisProcess(), [])
})

test('a lake that is reset is empty, and its clock goes on from where it is', async () => {
  await using lake = await openLake({ ...temporary, start: 0 })
  await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
  await lake.clock.advance({ hours: 1 })
  await Promise.all([lake.reset(), lake.reset()])
  assert.deepEqual((await lake.aws.kinesis.ListStreams()).StreamNames, [])
  assert.equal(String(lake.clock.now()), '1970-01-01T01:00:00Z')
  await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
})

test('what was called before a lake is closed comes to its end, and time stops', async () => {
  const lake = await openLake(temporary)
  await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
  const { putting, moving } = {
    putting: lake.aws.kinesis.PutRecord({ StreamName: 's', PartitionKey: 'k', Data: 'x' }),
    moving: lake.clock.advance({ days: 3 }).catch((error: Error) => error.message),
  }
  await lake.close()
  assert.equal((await putting).ShardId, 'shardId-000000000000')
  await moving
  assert.deepEqual(lake.failures, [])
})

/** Engine children that this process started; Linux tells. */
function childrenOfThisProcess(): readonly string[] {
  const listing = (thread: string) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8')
  const children = existsSync('/proc/self/task')
    ? readdirSync('/proc/self/task').flatMap(thread => listing(thread).split(' '))
    : []
  return children.filter(child => child !== '' && commandOf(child).includes('engine'))
}

function commandOf(child: string): string {
  try {
    return readFileSync(`/proc/${child}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test('a plain script prints nothing of its own and ends by itself', () => {
  const script = `
    import { openLake } from ${JSON.stringify(join(import.meta.dirname, '../../src/index.ts'))}
    const lake = await openLake({ directory: 'temporary', clock: 'simulated' })
    await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
    await lake.query('SELECT 1')
    await lake.close()
    const closedAt = performance.now()
    process.once('exit', () => process.stdout.write('done ' + (performance.now() - closedAt)))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  const [done, took] = stdout.split(' ')
  assert.deepEqual({ done, stderr }, { done: 'done', stderr: '' })
  assert.ok(Number(took) < 3000, `the process ended ${took} ms after the lake was closed`)
})

test('lakes that are opened and closed one after the other leave no memory and no handle', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const round = async (count: number) => {
    for (let opened = 0; opened < count; opened++) await (await openLake(temporary)).close()
    collect()
    return process.memoryUsage().heapUsed
  }
  await round(20)
  const before = await round(1)
  const handles = process.getActiveResourcesInfo().filter(kind => kind !== 'FSReqCallback')
  const after = await round(60)
  assert.ok(after - before < 60 * 20_000, `${after - before} bytes more after 60 lakes`)
  assert.deepEqual(
    process.getActiveResourcesInfo().filter(kind => kind !== 'FSReqCallback'),
    handles,
  )
})
