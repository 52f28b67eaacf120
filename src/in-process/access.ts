/**
 * One caller's way into the lake: an account, a region and whom IAM is asked about. `lake.aws` and `lake.client()` are those
 * of the lake's own account; `lake.as(…)` gives others.
 */

import type { HttpRequest, HttpResponse } from '../gateway/message.ts'
import type { Principal } from '../gateway/operation.ts'
import type { Iam } from '../govern/iam/iam.ts'
import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'
import type { Built, During } from './built.ts'
import { type ClientSettings, inProcessEndpoint, sdkHandler } from './client.ts'
import { type Aws, awsDoor } from './door.ts'
import { checkRegion } from './options.ts'
import { type Asking, type QueryOptions, type QueryResult, query, queryRows, type Rows } from './query.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Who calls. What is left out is as it was. */
export interface Caller {
  /** 12 digits: its root. */
  readonly account?: string
  readonly region?: string
  /** ARN of a role: what it may do decides, where IAM is asked. Whom it trusts does not, for the program owns the lake. */
  readonly role?: string
  /** Those of a user, or of a session. */
  readonly credentials?: Credentials
}

export interface AccessNeeds {
  /** Rejects when the lake is closed. */
  readonly enter: () => Promise<Built>
  readonly during: During
  /** What is declared: each service's operations, by their names. */
  readonly surface: () => ReadonlyMap<string, readonly string[]>
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>
  readonly closing: () => AbortSignal
  readonly enforced: boolean
  readonly account: string
  readonly region: string
}

/** An identity, with what proves it over the wire. */
interface Identity {
  readonly principal: Principal
  readonly credentials: Credentials
}

export class Access {
  readonly account: string
  readonly region: string
  readonly #needs: AccessNeeds
  readonly #identity: (iam: Iam) => Promise<Identity>
  #aws: Aws | undefined

  constructor(needs: AccessNeeds, identity?: (iam: Iam) => Promise<Identity>) {
    this.#needs = needs
    this.account = needs.account
    this.region = needs.region
    this.#identity = identity ?? (iam => rootIdentity(iam, needs))
  }

  /** As `lake.aws`, with this caller's rights. */
  get aws(): Aws {
    this.#aws ??= awsDoor({
      ...this.#needs,
      invoker: async ({ parts }) => {
        const { principal } = await this.#identity(parts.iam)
        return { account: principal.account, region: this.region, principal }
      },
    })
    return this.#aws
  }

  /**
   * Settings for the AWS SDK's own clients. What they send is built, signed and read as ever, but goes over no socket.
   *
   *     const kinesis = new KinesisClient(lake.client())
   *     await kinesis.send(new CreateStreamCommand({ StreamName: 'temperature-stream', ShardCount: 1 }))
   */
  client(): ClientSettings {
    return {
      endpoint: inProcessEndpoint,
      region: this.region,
      credentials: async () => {
        const { parts } = await this.#needs.enter()
        const { credentials } = await this.#identity(parts.iam)
        // Over already, by the machine's hour: the SDK asks again each time, as the lake's hour is another.
        return { ...credentials, expiration: new Date(0) }
      },
      requestHandler: sdkHandler(this.#needs.handle, this.#needs.closing()),
      forcePathStyle: true,
    }
  }

  /** As `lake.query`, with this caller's rights. */
  query<Row = Rows>(sql: string, options: QueryOptions = {}): Promise<QueryResult<Row>> {
    return query<Row>(this.#asking, sql, options)
  }

  /** As `lake.queryRows`, with this caller's rights. */
  queryRows<Row = Rows>(sql: string, options: QueryOptions = {}): AsyncIterable<Row> {
    return queryRows<Row>(this.#asking, sql, options)
  }

  /**
   * The lake as another caller reaches it.
   *
   *     const job = lake.as({ role: 'arn:aws:iam::000000000000:role/temperature-job' })
   *     await assert.rejects(job.aws.kinesis.ListStreams(), { name: 'AccessDeniedException' })     // auth: 'enforced'
   */
  as(caller: Caller): Access {
    refuseUnknown('as', caller, ['account', 'region', 'role', 'credentials'])
    const { account, region = this.region, role, credentials } = caller
    if (Number(account !== undefined) + Number(role !== undefined) + Number(credentials !== undefined) > 1)
      throw new LakeMistake('as takes one of account, role and credentials: each of them says who calls.')
    if (region !== this.region) checkRegion(region)
    if (account !== undefined && !(typeof account === 'string' && /^\d{12}$/.test(account)))
      throw new LakeMistake(`account must be 12 digits, not ${shown(account)}.`)
    const needs = { ...this.#needs, region, account: account ?? this.account }
    if (role !== undefined) return this.#inRole(role, needs)
    if (credentials !== undefined) {
      refuseUnknown('credentials', credentials, ['accessKeyId', 'secretAccessKey', 'sessionToken'])
      return new Access(needs, async iam => identityOf(iam, credentials))
    }
    return new Access(needs, account === undefined ? this.#identity : undefined)
  }

  #inRole(arn: string, needs: AccessNeeds): Access {
    const [, account, name] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
    if (account === undefined || name === undefined)
      throw new LakeMistake(
        `role must be a role's ARN such as arn:aws:iam::${this.account}:role/name, not ${shown(arn)}.`,
      )
    let lent: Credentials | undefined
    return new Access({ ...needs, account }, async iam => {
      const known = lent && iam.credential(lent.accessKeyId)
      if (lent && known && !known.expired) return { principal: known.principal, credentials: lent }
      const role = iam.roleOf(arn)
      if (!role && needs.enforced) throw new LakeMistake(`There is no role ${arn}. IAM's CreateRole makes one.`)
      const session = `${name}/in-process`
      const principal: Principal = {
        ...{ kind: 'role', account, id: `${role?.id ?? name}:in-process` },
        arn: `arn:aws:sts::${account}:assumed-role/${session}`,
      }
      const made = await iam.sessions.create({ principal, policies: undefined, tags: role?.tags ?? {}, seconds: 3600 })
      lent = { accessKeyId: made.key, secretAccessKey: made.secret, sessionToken: made.token }
      return identityOf(iam, lent)
    })
  }

  get #asking(): Asking {
    const { aws, account, region } = this
    return { aws, account, region, enter: this.#needs.enter }
  }
}

export const rootOf = (account: string): Principal => ({
  kind: 'root',
  account,
  arn: `arn:aws:iam::${account}:root`,
  id: account,
})

/** In open mode a key of 12 digits is its account's root. */
async function rootIdentity(iam: Iam, { account, enforced }: AccessNeeds): Promise<Identity> {
  const credentials = enforced ? await iam.root(account) : { accessKeyId: account, secretAccessKey: 'unchecked' }
  return { principal: rootOf(account), credentials }
}

function identityOf(iam: Iam, credentials: Credentials): Identity {
  const known = iam.credential(credentials.accessKeyId)
  if (known && known.secret === credentials.secretAccessKey && known.sessionToken === credentials.sessionToken)
    return { principal: known.principal, credentials }
  throw new LakeMistake(
    `The lake knows no credentials ${shown(credentials.accessKeyId)} with that secret and session token. IAM's CreateAccessKey and STS's AssumeRole make some.`,
  )
}
