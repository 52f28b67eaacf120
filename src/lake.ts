/**
 * The composition root: opens a data directory, builds every part, hands each what it needs, and puts the gateway in
 * front. The only file that constructs parts.
 */
import { availableParallelism } from 'node:os'
import { Athena } from './analyze/athena/athena.ts'
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
import { control } from './gateway/control.ts'
import { Fault } from './gateway/fault.ts'
import { HttpServer } from './gateway/http.ts'
import type { HttpRequest, HttpResponse } from './gateway/message.ts'
import type { Principal } from './gateway/operation.ts'
import { Pipeline } from './gateway/pipeline.ts'
import { Iam } from './govern/iam/iam.ts'
import { lend } from './govern/iam/lending.ts'
import { Metrics } from './observe/metrics/metrics.ts'
import { Schedules } from './orchestrate/schedules/schedules.ts'
import { S3 } from './store/s3/s3.ts'
import { Functions } from './transform/functions/functions.ts'
import { Jobs } from './transform/jobs/jobs.ts'
import { version } from './version.ts'
import { Background } from './world/background.ts'
import { type Clock, SystemClock } from './world/clock.ts'
import { type Disk, RealDisk } from './world/disk.ts'
import { ConsoleLog, type Log } from './world/log.ts'
import { pause } from './world/pause.ts'
import { type Random, SystemRandom } from './world/random.ts'
import { SimulatedClock } from './world/simulated/clock.ts'

export interface LakeOptions {
  /** Where everything is kept; made if it is missing. */
  readonly directory: string
  /** `open` (the default) takes every key at its word and listens on loopback only; `enforced` verifies and asks IAM. */
  readonly auth?: 'open' | 'enforced'
  /** Account of keys that name none; 000000000000 unless given. */
  readonly account?: string
  /** Region of requests that carry no credential scope; us-east-1 unless given. */
  readonly region?: string
  /** A clock that only moves when told to, from this instant (milliseconds since 1970 UTC); the system's otherwise. */
  readonly simulatedFrom?: number | 'now'
  /** Lets `POST /_biwa/reset` empty the lake. */
  readonly allowReset?: boolean
  /** `aws` holds every Kinesis stream, the operations on them and direct puts to AWS's rates; a stream's tag `biwa:limits=aws` that stream alone. */
  readonly limits?: 'aws' | undefined
  readonly disk?: Disk
  readonly random?: Random
  readonly log?: Log
}

export interface Listening {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** A mistake in how the lake was to be opened or reached: what happened, why, what to do. */
export class LakeMistake extends Error {}

export const openLake = async (options: LakeOptions): Promise<Lake> => {
  const lake = new Lake(options)
  await lake.open()
  return lake
}

interface World {
  readonly disk: Disk
  readonly random: Random
  readonly log: Log
}

/** Everything that lives between an opening and a closing of the data directory. */
interface Built {
  readonly store: Store
  readonly background: Background
  readonly clock: Clock
  readonly parts: Parts
  readonly pipeline: Pipeline
  readonly meter: Metrics
  readonly close: () => Promise<void>
}

export class Lake {
  readonly #options: LakeOptions
  readonly #world: World
  readonly #servers = new Set<HttpServer>()
  /** Of those servers, for clients on this machine. */
  readonly #urls = new Set<string>()
  #built: Promise<Built> | undefined

  constructor(options: LakeOptions) {
    this.#options = options
    this.#world = {
      disk: options.disk ?? new RealDisk(),
      random: options.random ?? new SystemRandom(),
      log: options.log ?? new ConsoleLog(),
    }
  }

  async open(): Promise<void> {
    this.#built ??= this.#build(this.#options.simulatedFrom)
    await this.#built
  }

  /** Serves AWS's protocols; `port` 0 takes a free one. */
  async listen({ port, host }: { readonly port: number; readonly host: string }): Promise<Listening> {
    if (this.#options.auth !== 'enforced' && !isLoopback(host))
      throw new LakeMistake(
        `Without authentication Biwa listens on loopback addresses only, and ${host} is none. Use --host 127.0.0.1, or --auth enforced.`,
      )
    const server = new HttpServer(
      request => this.handle(request),
      error => this.#world.log.error('an answer could not be sent', error),
    )
    const bound = await server.listen(port, host)
    const urlOf = (name: string) => `http://${name.includes(':') ? `[${name}]` : name}:${bound}`
    const local = urlOf(host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host)
    this.#servers.add(server)
    this.#urls.add(local)
    const close = async () => {
      this.#servers.delete(server)
      this.#urls.delete(local)
      await server.close(closeGraceMilliseconds)
    }
    return { port: bound, url: urlOf(host), close }
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { pipeline, clock, meter } = await this.#current()
    const open = this.#options.auth !== 'enforced'
    const needs = () => ({
      version,
      services: pipeline.serviceNames,
      metrics: () => meter.prometheus(),
      ...(!open && { metricsKey: () => this.rootKey() }),
      now: () => clock.now(),
      ...(clock instanceof SimulatedClock && { advanceTo: (at: number) => clock.advanceTo(at) }),
      ...(this.#options.allowReset && { reset: () => this.reset() }),
    })
    return control(request, { open, needs }) ?? pipeline.handle(request)
  }

  /**
   * Runs one of AWS's operations without a socket. Input and output are as AWS's JSON has them (blobs in base64,
   * timestamps in seconds); faults are thrown.
   */
  async invoke(
    caller: { readonly account: string; readonly region: string; readonly principal?: Principal },
    service: string,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { pipeline } = await this.#current()
    const principal = caller.principal ?? rootOf(caller.account)
    return pipeline.invoke({ account: caller.account, region: caller.region, principal }, service, operation, input)
  }

  /** Moves a simulated clock; resolves when all that fell due has run, with its names in order. */
  async advance(milliseconds: number): Promise<readonly string[]> {
    return (await this.#simulated()).advance(milliseconds)
  }

  /** From now on a simulated clock follows the machine's own, second by second; it never goes back to meet it. */
  async keepPace(): Promise<void> {
    const clock = await this.#simulated()
    const realClock = new SystemClock(this.#world.log)
    const ahead = Math.max(0, clock.now() - realClock.now())
    const follow = async () => {
      if (!this.#built) return
      await clock.advanceTo(realClock.now() + ahead)
      realClock.at(realClock.now() + 1000, 'keep pace', follow)
    }
    await follow()
  }

  async #simulated(): Promise<SimulatedClock> {
    const { clock } = await this.#current()
    if (!(clock instanceof SimulatedClock))
      throw new LakeMistake("This lake runs on the system's clock, which nobody moves.")
    return clock
  }

  /** The root key of the lake's own account, made the first time it is asked for. */
  async rootKey(): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
    return (await this.#current()).parts.iam.root(this.#options.account ?? defaultAccount)
  }

  async parts(): Promise<Parts> {
    return (await this.#current()).parts
  }

  /** Empties the lake: every resource of every account. Requests that come meanwhile wait. */
  async reset(): Promise<void> {
    // Chained at once, so that two resets, and the requests between them, come one after the other.
    this.#built = this.#current().then(async before => {
      await before.close()
      await Store.erase(this.#world.disk, this.#options.directory)
      return this.#build(this.#options.simulatedFrom === undefined ? undefined : before.clock.now())
    })
    await this.#built
  }

  /** Stops listening, lets what is under way end, closes the data directory. */
  async close(): Promise<void> {
    for (const server of this.#servers) await server.close(closeGraceMilliseconds)
    this.#servers.clear()
    const built = await this.#built
    this.#built = undefined
    await built?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #current(): Promise<Built> {
    if (!this.#built) throw new LakeMistake('This lake is closed.')
    return this.#built
  }

  async #build(simulatedFrom: number | 'now' | undefined): Promise<Built> {
    const { disk, random, log } = this.#world
    const { directory } = this.#options
    const background = new Background(log)
    const realClock = new SystemClock(log)
    const startAt = simulatedFrom === 'now' ? realClock.now() : simulatedFrom
    const clock = startAt === undefined ? realClock : new SimulatedClock({ startAt, background })
    const meter = new Metrics({ clock })
    const store = await Store.open({ disk, random, clock, directory, log })

    const iam = new Iam({
      ledger: store.ledger,
      clock,
      random,
      background,
      enforced: this.#options.auth === 'enforced',
      resourcePolicy: arn => bucketPolicy(s3, arn) ?? streamPolicy(kinesis, arn) ?? functions.policyOf(arn),
    })
    const kinesis = new Kinesis({ store, clock, random, background, meter, limits: this.#options.limits })

    const glueTags = new GlueTags({ ledger: store.ledger })
    const schedules = new Schedules({
      glueTags,
      ledger: store.ledger,
      clock,
      background,
      random,
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
        return pipeline.invoke({ account, region, principal: role ?? rootOf(account) }, service, operation, input)
      },
    })

    const s3 = new S3({ ledger: store.ledger, blobs: store.blobs, clock, random, background })
    const { ledger, blobs } = store
    const functions = new Functions({
      ...{ ledger, blobs, clock, realClock, random, background, log, meter },
      objects: { open: (...object) => packageIn(s3, ...object) },
      endpoint: () => this.#urls.values().next().value,
      roles: {
        assumable: role => !iam.enforced || iam.assumed(role, lambda, 'lambda') !== undefined,
        async lend(roleArn, session, seconds) {
          const lent = await lend(iam, { roleArn, service: lambda, session, seconds })
          if (lent === undefined) return undefined
          const { key: accessKeyId, secret: secretAccessKey, token: sessionToken, expiresAt } = lent
          return { accessKeyId, secretAccessKey, sessionToken, expiresAt }
        },
      },
    })
    const catalog = new Catalog({ ledger, clock, tags: glueTags })
    const engine = new Engine({
      ...{ background, clock: realClock, log },
      childrenMax: engineChildren,
      scratch: () => blobs.scratch(),
    })
    const jq = new Jq({ clock: realClock })
    const firehose = new Firehose({
      ...{ store, clock, random, background, log, meter, streams: kinesis, target: s3, limits: this.#options.limits },
      ...{ functions, jq, converter: engine, pause },
      tables: catalog,
      assumes: (roleArn, service) => !iam.enforced || iam.assumed(roleArn, service, 'firehose') !== undefined,
      permits: (roleArn, service, action, resource) => iam.permits(roleArn, service, action, resource),
    })
    const athena = new Athena({
      ...{ ledger, blobs, clock, stopwatch: realClock, random, log, background, s3, catalog, engine, meter },
      permits: (principal, action, resource) => !iam.enforced || iam.decide({ principal, action, resource }).allowed,
      concurrent: engineChildren,
    })

    const jobs = new Jobs({
      ...{ ledger, blobs, s3, catalog, engine, clock, random, background, log, tags: glueTags },
      permits: (roleArn, service, action, resource) => iam.permits(roleArn, service, action, resource),
    })

    const crawlers = new Crawlers({
      ...{ ledger, s3, catalog, clock, random, background, log, tags: glueTags },
      permits: (roleArn, service, action, resource) => iam.permits(roleArn, service, action, resource),
    })

    const parts: Parts = { athena, catalog, crawlers, firehose, functions, glueTags, iam, jobs, kinesis, s3, schedules }
    const authenticator = new Authenticator({
      mode: this.#options.auth ?? 'open',
      identities: iam,
      account: this.#options.account ?? defaultAccount,
      region: this.#options.region ?? defaultRegion,
      // Clients sign with the hour of their machine, wherever the lake's own clock stands.
      signatureNow: () => realClock.now(),
    })
    const pipeline = new Pipeline({
      services: awsServices(parts),
      authenticator,
      now: () => clock.now(),
      requestId: () => random.uuid(),
      report: (text, cause) => log.error(text, cause),
    })
    await kinesis.start()
    await s3.start()
    await functions.start()
    await firehose.start()
    await jobs.start()
    await crawlers.start()
    await athena.start()
    await schedules.start()
    const close = async () => {
      schedules.close()
      firehose.close()
      kinesis.close()
      await background.close()
      await functions.close()
      await jq.close()
      await engine.close()
      await store.close()
    }
    return { store, background, clock, parts, pipeline, meter, close }
  }
}

/** Statements that the engine runs at once, each in a child of its own; a SELECT beyond them is QUEUED. */
const engineChildren = Math.max(2, Math.min(8, availableParallelism()))

const lambda = 'lambda.amazonaws.com'

export const defaultAccount = '000000000000'
export const defaultRegion = 'us-east-1'
const closeGraceMilliseconds = 5_000

const rootOf = (account: string): Principal => ({
  kind: 'root',
  account,
  arn: `arn:aws:iam::${account}:root`,
  id: account,
})

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

/** A function's code, where S3 keeps it. */
function packageIn(s3: S3, name: string, key: string, versionId: string | undefined) {
  const bucket = s3.buckets.get(name)
  const sight = s3.objects.look(bucket, key, { versionId, conditions: {} })
  return { bytes: sight.version.bytes, chunks: s3.objects.read(sight), region: bucket.region }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
