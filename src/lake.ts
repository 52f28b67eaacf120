/**
 * The composition root: builds every part of a lake on an open data directory, hands each what it needs, and puts the
 * gateway in front. The only file that constructs parts.
 */
import { availableParallelism } from 'node:os'
import { Athena } from './analyze/athena/athena.ts'
import { projectionOf } from './analyze/athena/projection.ts'
import { bind, type DeclaredTable } from './analyze/engine/bind.ts'
import { Engine } from './analyze/engine/engine.ts'
import { awsServices, type Parts } from './aws.ts'
import { Crawlers } from './catalog/crawlers/crawlers.ts'
import { Catalog } from './catalog/glue/catalog.ts'
import { Tags as GlueTags } from './catalog/glue/tags.ts'
import { Firehose } from './collect/firehose/firehose.ts'
import { Jq } from './collect/firehose/jq/jq.ts'
import { Kinesis } from './collect/kinesis/kinesis.ts'
import { Store } from './durable/store.ts'
import { Authenticator } from './gateway/authenticate.ts'
import { Fault } from './gateway/fault.ts'
import { Pipeline } from './gateway/pipeline.ts'
import type { AccessQuestion } from './govern/iam/decisions.ts'
import { Iam } from './govern/iam/iam.ts'
import { type Lending, lend } from './govern/iam/lending.ts'
import { rootOf } from './in-process/access.ts'
import { breakablePace, breakableTarget } from './in-process/breaking.ts'
import type { Building, Built } from './in-process/built.ts'
import { Lake } from './in-process/lake.ts'
import { type LakeOptions, settingsOf } from './in-process/options.ts'
import { Metrics } from './observe/metrics/metrics.ts'
import { Schedules } from './orchestrate/schedules/schedules.ts'
import { S3 } from './store/s3/s3.ts'
import { Batches } from './transform/functions/batches.ts'
import { Functions } from './transform/functions/functions.ts'
import { Jobs } from './transform/jobs/jobs.ts'
import { Background } from './world/background.ts'
import { type Clock, SystemClock } from './world/clock.ts'
import { fillingDisk } from './world/filling-disk.ts'
import { pause } from './world/pause.ts'
import { SimulatedClock } from './world/simulated/clock.ts'
import { TemporaryDisk } from './world/temporary.ts'

/**
 * Opens a lake in this process.
 *
 *     await using lake = await openLake({ directory: 'temporary', clock: 'simulated', start: '2025-10-15T00:00:00+09:00' })
 *     await lake.aws.kinesis.CreateStream({ StreamName: 'temperature-stream', ShardCount: 1 })
 *     await lake.clock.advance({ minutes: 5 })
 *
 * Several lakes may be open at once, each on a directory of its own. Throws LakeMistake for options that cannot be, and
 * leaves nothing behind where it throws.
 */
export async function openLake(options: LakeOptions): Promise<Lake> {
  const lake = new Lake(settingsOf(options), { build, erase: ({ disk, directory }) => Store.erase(disk, directory) })
  await lake.open()
  return lake
}

async function build({ settings, startAt, log, ran, transcript, faults, url }: Building): Promise<Built> {
  const { directory, enforced, limits, randomOf } = settings
  const background = new Background(log, transcript && (name => transcript.worked(name, clock)))
  const realClock = new SystemClock(log)
  const clock =
    settings.clock === 'system'
      ? realClock
      : new SimulatedClock({
          ...{ startAt: startAt ?? realClock.now(), background },
          ...(transcript && { onCome: dated => transcript.came(dated) }),
        })
  const meter = new Metrics({ clock })
  const disk = faults ? fillingDisk(settings.disk, () => faults.breaks('disk')) : settings.disk
  const keepsReserve = !(settings.disk instanceof TemporaryDisk)
  const store = await Store.open({ disk, random: randomOf('store'), clock, directory, log, keepsReserve })

  const iam = new Iam({
    ledger: store.ledger,
    clock,
    random: randomOf('iam'),
    background,
    enforced,
    resourcePolicy: arn =>
      bucketPolicy(s3, arn) ?? streamPolicy(kinesis, arn) ?? catalogPolicy(catalog, arn) ?? functions.policyOf(arn),
  })
  const kinesis = new Kinesis({
    store,
    clock,
    random: randomOf('kinesis'),
    background,
    meter,
    limits,
    pace: faults && breakablePace(faults),
  })

  const glueTags = new GlueTags({ ledger: store.ledger })
  const schedules = new Schedules({
    glueTags,
    ledger: store.ledger,
    clock,
    background,
    random: randomOf('schedules'),
    log,
    supports: (service, operation) => pipeline.supports(service, operation),
    async invoke({ account, region, actor, roleArn }, service, operation, input) {
      const role = roleArn === undefined ? undefined : iam.assumed(roleArn, actor, actor.split('.')[0] ?? actor)
      if (roleArn !== undefined && !role && iam.enforced)
        throw new Fault(
          'AccessDeniedException',
          403,
          `${actor} may not assume ${roleArn}: it is not there or trusts others.`,
        )
      const invoker = { account, region, principal: role ?? rootOf(account), invokedBy: actor }
      return pipeline.invoke(invoker, service, operation, input)
    },
  })

  const s3 = new S3({ ledger: store.ledger, blobs: store.blobs, clock, random: randomOf('s3'), background })
  const { ledger, blobs } = store
  const lent = async (lending: Lending) => {
    const session = await lend(iam, lending)
    if (session === undefined) return undefined
    const { key: accessKeyId, secret: secretAccessKey, token: sessionToken, expiresAt } = session
    return { accessKeyId, secretAccessKey, sessionToken, expiresAt }
  }
  const functions = new Functions({
    ...{ ledger, blobs, clock, realClock, background, log, meter },
    random: randomOf('functions'),
    objects: { open: (...object) => packageIn(s3, ...object) },
    endpoint: url,
    roles: {
      assumable: role => !iam.enforced || iam.assumed(role, lambda, 'lambda') !== undefined,
      lend: (roleArn, session, seconds) => lent({ roleArn, service: lambda, session, seconds }),
    },
  })
  const catalog = new Catalog({ ledger, clock, tags: glueTags })
  const engine = new Engine({
    ...{ background, clock: realClock, log },
    childrenMax: engineChildren,
    dooms: faults && (kind => faults.breaks('engine', ({ task }) => (task ?? kind) === kind)),
    scratch: () => blobs.scratch(),
  })
  const jq = new Jq({ clock: realClock })
  const firehose = new Firehose({
    ...{ store, clock, background, log, meter, streams: kinesis, limits },
    target: faults ? breakableTarget(s3, faults) : s3,
    random: randomOf('firehose'),
    ...{ functions, jq, converter: engine, pause },
    tables: catalog,
    assumes: (roleArn, service) => !iam.enforced || iam.assumed(roleArn, service, 'firehose') !== undefined,
    permits: (roleArn, service, action, resource) => iam.permits(roleArn, service, action, resource),
  })
  const athena = new Athena({
    random: randomOf('athena'),
    ...{ ledger, blobs, clock, stopwatch: realClock, log, background, s3, catalog, engine, meter },
    permits: (principal, { action, resource, region, context }) =>
      iam.enforced ? iam.decide({ principal, action, resource, context: viaAthena(clock, region, context) }) : allowed,
    concurrent: engineChildren,
  })

  const modules = new Batches({
    ...{ clock, realClock, log, endpoint: url, scratch: () => blobs.scratch() },
    random: randomOf('modules'),
    lend: (roleArn, session, seconds) => lent({ roleArn, service: 'glue.amazonaws.com', session, seconds }),
  })
  const jobs = new Jobs({
    random: randomOf('jobs'),
    ...{ ledger, blobs, s3, catalog, projectionOf, engine, modules, clock, background, log, tags: glueTags },
    permits: (roleArn, service, action, resource) => iam.permits(roleArn, service, action, resource),
  })

  const crawlers = new Crawlers({
    random: randomOf('crawlers'),
    ...{ ledger, s3, catalog, clock, background, log, tags: glueTags, timetable: schedules.crawlers },
    permits: (roleArn, service, action, resource) => iam.permits(roleArn, service, action, resource),
  })

  jobs.onState(({ jobName, runId, state, failure }) => {
    if (failure) ran({ kind: 'job', name: jobName, runId, state, message: failure.message }, failure.cause, clock.now())
  })
  crawlers.onState(({ crawlerName, crawlId, state, failure }) => {
    if (failure)
      ran(
        { kind: 'crawler', name: crawlerName, runId: crawlId, state, message: failure.message },
        failure.cause,
        clock.now(),
      )
  })

  const parts: Parts = { athena, catalog, crawlers, firehose, functions, glueTags, iam, jobs, kinesis, s3, schedules }
  const authenticator = new Authenticator({
    mode: enforced ? 'enforced' : 'open',
    identities: iam,
    account: settings.account,
    region: settings.region,
    // Clients sign with the hour of their machine, wherever the lake's own clock stands.
    signatureNow: () => realClock.now(),
  })
  const requestIds = randomOf('requests')
  const pipeline = new Pipeline({
    services: awsServices(parts),
    authenticator,
    now: () => clock.now(),
    requestId: () => requestIds.uuid(),
    report: (text, cause) => log.error(text, cause),
    ...(transcript && { witness: called => transcript.called(called) }),
  })
  const close = async () => {
    // The last deferred comes first, each whatever became of the others.
    await using steps = new AsyncDisposableStack()
    steps.defer(() => store.close())
    steps.defer(() => engine.close())
    steps.defer(() => jq.close())
    steps.defer(() => functions.close())
    steps.defer(() => background.close())
    steps.defer(() => kinesis.close())
    steps.defer(() => s3.close())
    steps.defer(() => firehose.close())
    steps.defer(() => schedules.close())
  }
  if (settings.disk instanceof TemporaryDisk) settings.disk.keepTables()
  try {
    // Before a part begins anything: what is under way from then on is not left over.
    background.keep('glue partitions', () => catalog.sweep(background.closing))
    for (const part of [kinesis, s3, functions, firehose, jobs, crawlers, athena, schedules]) await part.start()
  } catch (cause) {
    await close()
    throw cause
  }
  return {
    ...{ background, clock, parts, pipeline, close },
    metrics: () => meter.prometheus(),
    async bind(sql: string, tables: readonly DeclaredTable[]) {
      await using scratch = await blobs.scratch()
      const { closing: signal } = background
      return await bind(engine, { sql, tables, now: clock.now(), scratchDirectory: scratch.path, signal })
    },
  }
}

/** Statements that the engine runs at once, each in a child of its own; a SELECT beyond them is QUEUED. */
const engineChildren = Math.max(2, Math.min(8, availableParallelism()))

const allowed = { allowed: true } as const

/**
 * What a policy may ask about, of what Athena does for its caller; nothing of where he calls from, as in AWS.
 * https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena-calledvia.html
 */
function viaAthena(clock: Clock, region: string, own: AccessQuestion['context'] = {}) {
  const via = 'athena.amazonaws.com'
  return {
    ...own,
    get 'aws:CurrentTime'() {
      return new Date(clock.now()).toISOString()
    },
    ...{ 'aws:RequestedRegion': region, 'aws:ViaAWSService': 'true' },
    ...{ 'aws:CalledVia': [via], 'aws:CalledViaFirst': via, 'aws:CalledViaLast': via },
  }
}

const lambda = 'lambda.amazonaws.com'

/** A bucket's own policy and its owner, for the decision about the bucket and what is in it. */
function bucketPolicy(s3: S3, arn: string) {
  const bucket = /^arn:aws:s3:::([^/]+)/.exec(arn)?.[1]
  if (bucket === undefined) return undefined
  const document = s3.policyOf(bucket)
  const account = s3.bucketOwner(bucket)?.account
  return { ...(document !== undefined && { document }), ...(account !== undefined && { account }) }
}

/** A stream's or a consumer's own policy. */
function streamPolicy(kinesis: Kinesis, arn: string) {
  const document = kinesis.policies.of(arn)
  return document === undefined ? undefined : { document }
}

/** The policy of the catalog that a database, a table or a function is in. */
function catalogPolicy(catalog: Catalog, arn: string) {
  const document = catalog.policies.documentFor(arn)
  return document === undefined ? undefined : { document }
}

/** A function's code, where S3 keeps it. */
function packageIn(s3: S3, name: string, key: string, versionId: string | undefined) {
  const bucket = s3.buckets.get(name)
  const sight = s3.objects.look(bucket, key, { versionId, conditions: {} })
  return { bytes: sight.version.bytes, chunks: s3.objects.read(sight), region: bucket.region }
}
