/**
 * Table of contents of the AWS surface: service, protocol, operations. A service joins here with one line; its operations
 * are the constants that its `api/` modules export.
 */
import * as athenaDataCatalogs from './analyze/athena/api/data-catalogs.ts'
import * as athenaMetadata from './analyze/athena/api/metadata.ts'
import * as athenaNamedQueries from './analyze/athena/api/named-queries.ts'
import * as athenaPreparedStatements from './analyze/athena/api/prepared-statements.ts'
import * as athenaQueries from './analyze/athena/api/queries.ts'
import * as athenaResults from './analyze/athena/api/results.ts'
import * as athenaTags from './analyze/athena/api/tags.ts'
import * as athenaWorkGroups from './analyze/athena/api/work-groups.ts'
import type { Athena } from './analyze/athena/athena.ts'
import * as glueCrawlerSchedules from './catalog/crawlers/api/crawler-schedules.ts'
import * as glueCrawlers from './catalog/crawlers/api/crawlers.ts'
import * as glueCrawls from './catalog/crawlers/api/crawls.ts'
import type { Crawlers } from './catalog/crawlers/crawlers.ts'
import * as glueCatalogSettings from './catalog/glue/api/catalog-settings.ts'
import * as glueColumnStatistics from './catalog/glue/api/column-statistics.ts'
import * as glueDatabases from './catalog/glue/api/databases.ts'
import * as glueFunctions from './catalog/glue/api/functions.ts'
import * as gluePartitionIndexes from './catalog/glue/api/partition-indexes.ts'
import * as gluePartitions from './catalog/glue/api/partitions.ts'
import * as glueSearch from './catalog/glue/api/search.ts'
import * as glueTableVersions from './catalog/glue/api/table-versions.ts'
import * as glueTables from './catalog/glue/api/tables.ts'
import * as glueTags from './catalog/glue/api/tags.ts'
import type { Catalog } from './catalog/glue/catalog.ts'
import type { Tags as GlueTags } from './catalog/glue/tags.ts'
import * as firehoseStreams from './collect/firehose/api/delivery-streams.ts'
import * as firehoseRecords from './collect/firehose/api/records.ts'
import * as firehoseTags from './collect/firehose/api/tags.ts'
import type { Firehose } from './collect/firehose/firehose.ts'
import * as kinesisAccount from './collect/kinesis/api/account.ts'
import * as kinesisConsumers from './collect/kinesis/api/consumers.ts'
import * as kinesisPolicies from './collect/kinesis/api/policies.ts'
import * as kinesisRecords from './collect/kinesis/api/records.ts'
import * as kinesisSettings from './collect/kinesis/api/settings.ts'
import * as kinesisShards from './collect/kinesis/api/shards.ts'
import * as kinesisStreams from './collect/kinesis/api/streams.ts'
import * as kinesisSubscriptions from './collect/kinesis/api/subscriptions.ts'
import * as kinesisTags from './collect/kinesis/api/tags.ts'
import type { Kinesis } from './collect/kinesis/kinesis.ts'
import { type BoundOperations, on, type Service, service } from './gateway/operation.ts'
import * as iamAccessKeys from './govern/iam/api/access-keys.ts'
import * as iamAccount from './govern/iam/api/account.ts'
import * as iamAuthorizationDetails from './govern/iam/api/authorization-details.ts'
import * as iamGroupPolicies from './govern/iam/api/group-policies.ts'
import * as iamGroups from './govern/iam/api/groups.ts'
import * as iamInstanceProfiles from './govern/iam/api/instance-profiles.ts'
import * as iamManagedPolicies from './govern/iam/api/managed-policies.ts'
import * as iamPolicyVersions from './govern/iam/api/policy-versions.ts'
import * as iamRolePolicies from './govern/iam/api/role-policies.ts'
import * as iamRoles from './govern/iam/api/roles.ts'
import * as iamSimulation from './govern/iam/api/simulation.ts'
import * as stsCredentials from './govern/iam/api/sts.ts'
import * as iamUserCredentials from './govern/iam/api/user-credentials.ts'
import * as iamUserPolicies from './govern/iam/api/user-policies.ts'
import * as iamUsers from './govern/iam/api/users.ts'
import type { Iam } from './govern/iam/iam.ts'
import * as eventsRules from './orchestrate/schedules/api/events-rules.ts'
import * as eventsTargets from './orchestrate/schedules/api/events-targets.ts'
import * as glueTriggers from './orchestrate/schedules/api/glue-triggers.ts'
import * as schedulerGroups from './orchestrate/schedules/api/scheduler-groups.ts'
import * as schedulerSchedules from './orchestrate/schedules/api/scheduler-schedules.ts'
import type { Schedules } from './orchestrate/schedules/schedules.ts'
import * as s3AccessLists from './store/s3/api/access-lists.ts'
import * as s3BucketAccess from './store/s3/api/bucket-access.ts'
import * as s3BucketLifecycle from './store/s3/api/bucket-lifecycle.ts'
import * as s3BucketSettings from './store/s3/api/bucket-settings.ts'
import * as s3BucketTiering from './store/s3/api/bucket-tiering.ts'
import * as s3BucketUnset from './store/s3/api/bucket-unset.ts'
import * as s3Buckets from './store/s3/api/buckets.ts'
import * as s3Copying from './store/s3/api/copying.ts'
import * as s3Deleting from './store/s3/api/deleting.ts'
import * as s3Listing from './store/s3/api/listing.ts'
import * as s3Multipart from './store/s3/api/multipart.ts'
import * as s3MultipartListing from './store/s3/api/multipart-listing.ts'
import * as s3ObjectDetails from './store/s3/api/object-details.ts'
import * as s3Objects from './store/s3/api/objects.ts'
import * as s3Restoring from './store/s3/api/restoring.ts'
import { checkDocument } from './store/s3/document-digests.ts'
import type { S3 } from './store/s3/s3.ts'
import * as lambdaAliases from './transform/functions/api/aliases.ts'
import * as lambdaConcurrency from './transform/functions/api/concurrency.ts'
import * as lambdaConfiguration from './transform/functions/api/configuration.ts'
import * as lambdaFunctions from './transform/functions/api/functions.ts'
import * as lambdaInvocations from './transform/functions/api/invocations.ts'
import * as lambdaPermissions from './transform/functions/api/permissions.ts'
import * as lambdaTags from './transform/functions/api/tags.ts'
import type { Functions } from './transform/functions/functions.ts'
import * as glueBookmarks from './transform/jobs/api/bookmarks.ts'
import * as glueJobs from './transform/jobs/api/jobs.ts'
import * as glueRuns from './transform/jobs/api/runs.ts'
import type { Jobs } from './transform/jobs/jobs.ts'

/** The parts that AWS's operations work on. */
export interface Parts {
  readonly functions: Functions
  readonly firehose: Firehose
  readonly athena: Athena
  readonly catalog: Catalog
  readonly crawlers: Crawlers
  readonly glueTags: GlueTags
  readonly jobs: Jobs
  readonly iam: Iam
  readonly kinesis: Kinesis
  readonly s3: S3
  readonly schedules: Schedules
}

// What each part's operations are, in modules of its `api/`.
const kinesis = [
  kinesisStreams,
  kinesisShards,
  kinesisRecords,
  kinesisSettings,
  kinesisTags,
  kinesisConsumers,
  kinesisSubscriptions,
  kinesisPolicies,
  kinesisAccount,
] as const
const athena = [
  athenaQueries,
  athenaResults,
  athenaWorkGroups,
  athenaNamedQueries,
  athenaPreparedStatements,
  athenaDataCatalogs,
  athenaMetadata,
  athenaTags,
] as const
const firehose = [firehoseStreams, firehoseRecords, firehoseTags] as const
const rules = [eventsRules, eventsTargets] as const
const catalog = [
  glueDatabases,
  glueTables,
  glueTableVersions,
  gluePartitions,
  gluePartitionIndexes,
  glueColumnStatistics,
  glueFunctions,
  glueSearch,
  glueCatalogSettings,
] as const
const glueTagging = [glueTags] as const
const crawlers = [glueCrawlers, glueCrawls, glueCrawlerSchedules] as const
const jobs = [glueJobs, glueRuns, glueBookmarks] as const
const triggers = [glueTriggers] as const
const s3 = [
  s3Buckets,
  s3BucketSettings,
  s3BucketAccess,
  s3AccessLists,
  s3BucketLifecycle,
  s3BucketTiering,
  s3BucketUnset,
  s3Objects,
  s3Restoring,
  s3ObjectDetails,
  s3Copying,
  s3Deleting,
  s3Listing,
  s3Multipart,
  s3MultipartListing,
] as const
const scheduler = [schedulerSchedules, schedulerGroups] as const
const lambda = [
  lambdaFunctions,
  lambdaConfiguration,
  lambdaInvocations,
  lambdaAliases,
  lambdaPermissions,
  lambdaConcurrency,
  lambdaTags,
] as const
const iam = [
  iamUsers,
  iamAccessKeys,
  iamUserCredentials,
  iamUserPolicies,
  iamRoles,
  iamRolePolicies,
  iamGroups,
  iamGroupPolicies,
  iamManagedPolicies,
  iamPolicyVersions,
  iamInstanceProfiles,
  iamSimulation,
  iamAccount,
  iamAuthorizationDetails,
] as const
const sts = [stsCredentials] as const

/** Their types, for the typed door of a lake that runs in one's own process. */
export interface Surface {
  readonly athena: Operations<typeof athena>
  readonly events: Operations<typeof rules>
  readonly firehose: Operations<typeof firehose>
  readonly glue: Operations<
    [...typeof catalog, ...typeof glueTagging, ...typeof crawlers, ...typeof jobs, ...typeof triggers]
  >
  readonly iam: Operations<typeof iam>
  readonly kinesis: Operations<typeof kinesis>
  readonly lambda: Operations<typeof lambda>
  readonly s3: Operations<typeof s3>
  readonly scheduler: Operations<typeof scheduler>
  readonly sts: Operations<typeof sts>
}

/** All that these modules export, as one. */
type Operations<Modules extends readonly unknown[]> = (
  Modules[number] extends infer Module
    ? Module extends unknown
      ? (module: Module) => void
      : never
    : never
) extends (module: infer All) => void
  ? All
  : never

const every = <Part>(part: Part, modules: readonly Readonly<Record<string, unknown>>[]): BoundOperations =>
  Object.assign({}, ...modules.map(module => on(part, module)))

export const awsServices = (parts: Parts): Readonly<Record<string, Service>> => ({
  kinesis: service({
    protocol: 'aws-json-1.1',
    target: 'Kinesis_20131202',
    operations: parts.kinesis.paced(every(parts.kinesis, kinesis)),
  }),
  athena: service({
    protocol: 'aws-json-1.1',
    target: 'AmazonAthena',
    validationCode: 'InvalidRequestException',
    validationDetail: { AthenaErrorCode: 'INVALID_INPUT' },
    operations: every(parts.athena, athena),
  }),
  firehose: service({
    protocol: 'aws-json-1.1',
    target: 'Firehose_20150804',
    operations: parts.firehose.paced(every(parts.firehose, firehose)),
  }),
  events: service({
    protocol: 'aws-json-1.1',
    target: 'AWSEvents',
    operations: every(parts.schedules.rules, rules),
  }),
  glue: service({
    protocol: 'aws-json-1.1',
    target: 'AWSGlue',
    operations: {
      ...every(parts.catalog, catalog),
      ...every(parts.glueTags, glueTagging),
      ...every(parts.crawlers, crawlers),
      ...every(parts.jobs, jobs),
      ...every(parts.schedules.triggers, triggers),
    },
  }),
  s3: service({
    protocol: 'rest-xml',
    xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
    validationCode: 'InvalidArgument',
    checkBody: checkDocument,
    operations: every(parts.s3, s3),
  }),
  scheduler: service({
    protocol: 'rest-json',
    operations: every(parts.schedules.scheduler, scheduler),
  }),
  lambda: service({
    protocol: 'rest-json',
    operations: every(parts.functions, lambda),
  }),
  iam: service({
    protocol: 'query',
    version: '2010-05-08',
    xmlns: 'https://iam.amazonaws.com/doc/2010-05-08/',
    validationCode: 'ValidationError',
    operations: every(parts.iam, iam),
  }),
  sts: service({
    protocol: 'query',
    version: '2011-06-15',
    xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/',
    validationCode: 'ValidationError',
    operations: every(parts.iam, sts),
  }),
})
