// AWS's shapes of crawlers, and their translation to plain values and back.
import type { PassedRoles } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  long,
  map,
  optional,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import type { Crawl, Crawler, CrawlerDefinition, S3Target } from '../crawler.ts'
import { InvalidInputException } from '../faults.ts'
import type { Timetable } from '../ports.ts'

const line = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*'
const lines = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*'

export const name = string({ min: 1, max: 255, pattern: line })
export const names = list(name, { min: 0, max: 100 })
export const tags = map(string({ min: 0, max: 256 }), { key: string({ min: 1, max: 128 }), min: 0, max: 50 })
export const errorText = string({ min: 0, max: 2048, pattern: lines })

const targets = structure({
  S3Targets: optional(
    list(
      structure({
        Path: optional(string()),
        Exclusions: optional(list(string())),
        SampleSize: optional(integer()),
      }),
    ),
  ),
})
const policies = {
  SchemaChangePolicy: optional(
    structure({
      UpdateBehavior: optional(enumeration('LOG', 'UPDATE_IN_DATABASE')),
      DeleteBehavior: optional(enumeration('LOG', 'DELETE_FROM_DATABASE', 'DEPRECATE_IN_DATABASE')),
    }),
  ),
  RecrawlPolicy: optional(
    structure({
      RecrawlBehavior: optional(enumeration('CRAWL_EVERYTHING', 'CRAWL_NEW_FOLDERS_ONLY', 'CRAWL_EVENT_MODE')),
    }),
  ),
  LineageConfiguration: optional(structure({ CrawlerLineageSettings: optional(enumeration('ENABLE', 'DISABLE')) })),
  LakeFormationConfiguration: optional(
    structure({ UseLakeFormationCredentials: optional(boolean()), AccountId: optional(string({ min: 0, max: 12 })) }),
  ),
}
export const definitionMembers = {
  DatabaseName: optional(string()),
  Description: optional(string({ min: 0, max: 2048, pattern: lines })),
  TablePrefix: optional(string({ min: 0, max: 128 })),
  Configuration: optional(string()),
  ...policies,
}
/** A cron, in UTC. */
const given = { ...definitionMembers, Name: name, Schedule: optional(string()) }
export const createMembers = { ...given, Role: string(), Targets: targets }
export const updateMembers = { ...given, Role: optional(string()), Targets: optional(targets) }

export const crawlLogs = {
  ErrorMessage: optional(errorText),
  LogGroup: optional(string()),
  LogStream: optional(string()),
  MessagePrefix: optional(name),
  StartTime: optional(timestamp()),
}
export const crawler = structure({
  ...definitionMembers,
  Name: optional(name),
  Role: optional(string()),
  Targets: optional(targets),
  Schedule: optional(
    structure({
      ScheduleExpression: optional(string()),
      State: optional(enumeration('SCHEDULED', 'NOT_SCHEDULED', 'TRANSITIONING')),
    }),
  ),
  State: optional(enumeration('READY', 'RUNNING', 'STOPPING')),
  CrawlElapsedTime: optional(long()),
  CreationTime: optional(timestamp()),
  LastUpdated: optional(timestamp()),
  LastCrawl: optional(structure({ ...crawlLogs, Status: optional(enumeration('SUCCEEDED', 'CANCELLED', 'FAILED')) })),
  Version: optional(long()),
})

type Given = { readonly [K in keyof Omit<typeof updateMembers, 'Name'>]?: Value<(typeof updateMembers)[K]> | undefined }

/** Only what was given. */
export function givenDefinition(input: Given): Partial<CrawlerDefinition> {
  if (input.LineageConfiguration?.CrawlerLineageSettings === 'ENABLE')
    throw new InvalidInputException('LineageConfiguration ENABLE is not supported: leave it out or set DISABLE.')
  if (input.LakeFormationConfiguration?.UseLakeFormationCredentials)
    throw new InvalidInputException("Lake Formation's credentials are not supported: the crawler acts in its role.")
  const recrawl = input.RecrawlPolicy?.RecrawlBehavior
  if (recrawl === 'CRAWL_EVENT_MODE')
    throw new InvalidInputException('RecrawlBehavior CRAWL_EVENT_MODE is not supported: use CRAWL_NEW_FOLDERS_ONLY.')
  return {
    ...(input.Role !== undefined && { role: input.Role }),
    ...(input.DatabaseName !== undefined && { database: input.DatabaseName }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.Targets && { targets: (input.Targets.S3Targets ?? []).map(targetOf) }),
    ...(input.TablePrefix !== undefined && { tablePrefix: input.TablePrefix }),
    ...(input.SchemaChangePolicy?.UpdateBehavior && { updateBehavior: input.SchemaChangePolicy.UpdateBehavior }),
    ...(input.SchemaChangePolicy?.DeleteBehavior && { deleteBehavior: input.SchemaChangePolicy.DeleteBehavior }),
    ...(recrawl && { recrawlBehavior: recrawl }),
    ...(input.Configuration !== undefined && { configuration: input.Configuration }),
  }
}

/** AWS's defaults for what is left out. */
export function newDefinition(crawlerName: string, given: Partial<CrawlerDefinition>): CrawlerDefinition {
  return {
    role: '',
    // "If a crawler does not specify a database, your tables are placed in the default database."
    database: 'default',
    targets: [],
    tablePrefix: '',
    updateBehavior: 'UPDATE_IN_DATABASE',
    deleteBehavior: 'DEPRECATE_IN_DATABASE',
    recrawlBehavior: 'CRAWL_EVERYTHING',
    ...given,
    name: crawlerName,
  }
}

export function awsCrawler(found: Crawler, schedule: ReturnType<Timetable['of']>, now: number): Value<typeof crawler> {
  const { lastCrawl } = found
  const busy = found.state !== 'READY'
  return {
    Name: found.name,
    Role: found.role,
    Targets: {
      S3Targets: found.targets.map(({ path, exclusions, sampleSize }) => ({
        Path: path,
        Exclusions: exclusions,
        SampleSize: sampleSize,
      })),
    },
    DatabaseName: found.database,
    Description: found.description,
    TablePrefix: found.tablePrefix === '' ? undefined : found.tablePrefix,
    Configuration: found.configuration,
    SchemaChangePolicy: { UpdateBehavior: found.updateBehavior, DeleteBehavior: found.deleteBehavior },
    RecrawlPolicy: { RecrawlBehavior: found.recrawlBehavior },
    LineageConfiguration: { CrawlerLineageSettings: 'DISABLE' },
    LakeFormationConfiguration: { UseLakeFormationCredentials: false, AccountId: '' },
    Schedule: schedule && { ScheduleExpression: schedule.expression, State: schedule.state },
    State: found.state,
    CrawlElapsedTime: busy && lastCrawl ? now - lastCrawl.startedAt : 0,
    CreationTime: found.createdAt,
    LastUpdated: found.updatedAt,
    LastCrawl: lastCrawl && !busy ? awsLastCrawl(found.name, lastCrawl) : undefined,
    Version: found.version,
  }
}

const statuses = { COMPLETED: 'SUCCEEDED', FAILED: 'FAILED', STOPPED: 'CANCELLED', RUNNING: undefined } as const

function awsLastCrawl(crawlerName: string, crawl: Crawl) {
  return { ...awsLogs(crawlerName, crawl), Status: statuses[crawl.state] }
}

export function awsLogs(crawlerName: string, crawl: Crawl) {
  return {
    ErrorMessage: crawl.errorMessage,
    LogGroup: '/aws-glue/crawlers',
    LogStream: crawlerName,
    MessagePrefix: crawl.id,
    StartTime: crawl.startedAt,
  }
}

const targetOf = (input: {
  Path?: string | undefined
  Exclusions?: readonly string[] | undefined
  SampleSize?: number | undefined
}): S3Target => ({
  path: input.Path ?? '',
  exclusions: input.Exclusions ?? [],
  ...(input.SampleSize !== undefined && { sampleSize: input.SampleSize }),
})

export const pageToken = (position: string) => Buffer.from(position).toString('base64url')
export function pagePosition(token: string | undefined): string {
  if (token === undefined || token === '') return ''
  const position = Buffer.from(token, 'base64url').toString()
  if (pageToken(position) !== token)
    throw new InvalidInputException(`NextToken is not one that this listing gave: ${token}`)
  return position
}

export const crawlerArn = (call: { readonly account: string; readonly region: string }, crawlerName: string) =>
  `arn:aws:glue:${call.region}:${call.account}:crawler/${crawlerName}`

/** Glue takes a role by its ARN or by its name. */
export const passedToGlue = (call: { readonly account: string }, role: string | undefined): PassedRoles => ({
  service: 'glue.amazonaws.com',
  roles: [role === undefined || role.startsWith('arn:') ? role : `arn:aws:iam::${call.account}:role/${role}`],
})
