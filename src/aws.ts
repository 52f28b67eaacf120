/**
 * Table of contents of the AWS surface: service, protocol, operations. A service joins here with one line; its operations
 * are the constants that its `api/` modules export.
 */
import * as athenaMetadata from './analyze/athena/api/metadata.ts'
import * as athenaNamedQueries from './analyze/athena/api/named-queries.ts'
import * as athenaPreparedStatements from './analyze/athena/api/prepared-statements.ts'
import * as athenaQueries from './analyze/athena/api/queries.ts'
import * as athenaResults from './analyze/athena/api/results.ts'
import * as athenaWorkGroups from './analyze/athena/api/work-groups.ts'
import type { Athena } from './analyze/athena/athena.ts'
import * as glueCrawlers from './catalog/crawlers/api/crawlers.ts'
import * as glueCrawls from './catalog/crawlers/api/crawls.ts'
import type { Crawlers } from './catalog/crawlers/crawlers.ts'
import * as glueDatabases from './catalog/glue/api/databases.ts'
import * as gluePartitions from './catalog/glue/api/partitions.ts'
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
import { on, type Service, service } from './gateway/operation.ts'
import * as iamAccessKeys from './govern/iam/api/access-keys.ts'
import * as iamAccount from './govern/iam/api/account.ts'
import * as iamGroupPolicies from './govern/iam/api/group-policies.ts'
import * as iamGroups from './govern/iam/api/groups.ts'
import * as iamInstanceProfiles from './govern/iam/api/instance-profiles.ts'
import * as iamManagedPolicies from './govern/iam/api/managed-policies.ts'
import * as iamPolicyVersions from './govern/iam/api/policy-versions.ts'
import * as iamRolePolicies from './govern/iam/api/role-policies.ts'
import * as iamRoles from './govern/iam/api/roles.ts'
import * as iamSimulation from './govern/iam/api/simulation.ts'
import * as stsCredentials from './govern/iam/api/sts.ts'
import * as iamUserPolicies from './govern/iam/api/user-policies.ts'
import * as iamUsers from './govern/iam/api/users.ts'
import type { Iam } from './govern/iam/iam.ts'
import * as eventsRules from './orchestrate/schedules/api/events-rules.ts'
import * as eventsTargets from './orchestrate/schedules/api/events-targets.ts'
import * as glueTriggers from './orchestrate/schedules/api/glue-triggers.ts'
import * as schedulerGroups from './orchestrate/schedules/api/scheduler-groups.ts'
import * as schedulerSchedules from './orchestrate/schedules/api/scheduler-schedules.ts'
import type { Schedules } from './orchestrate/schedules/schedules.ts'
import * as s3BucketAccess from './store/s3/api/bucket-access.ts'
import * as s3BucketLifecycle from './store/s3/api/bucket-lifecycle.ts'
import * as s3BucketSettings from './store/s3/api/bucket-settings.ts'
import * as s3BucketUnset from './store/s3/api/bucket-unset.ts'
import * as s3Buckets from './store/s3/api/buckets.ts'
import * as s3Copying from './store/s3/api/copying.ts'
import * as s3Deleting from './store/s3/api/deleting.ts'
import * as s3Listing from './store/s3/api/listing.ts'
import * as s3Multipart from './store/s3/api/multipart.ts'
import * as s3MultipartListing from './store/s3/api/multipart-listing.ts'
import * as s3ObjectDetails from './store/s3/api/object-details.ts'
import * as s3Objects from './store/s3/api/objects.ts'
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

export const awsServices = (parts: Parts): Readonly<Record<string, Service>> => ({
  kinesis: service({
    protocol: 'aws-json-1.1',
    target: 'Kinesis_20131202',
    operations: parts.kinesis.paced({
      ...on(parts.kinesis, kinesisStreams),
      ...on(parts.kinesis, kinesisShards),
      ...on(parts.kinesis, kinesisRecords),
      ...on(parts.kinesis, kinesisSettings),
      ...on(parts.kinesis, kinesisTags),
      ...on(parts.kinesis, kinesisConsumers),
      ...on(parts.kinesis, kinesisSubscriptions),
      ...on(parts.kinesis, kinesisPolicies),
      ...on(parts.kinesis, kinesisAccount),
    }),
  }),
  athena: service({
    protocol: 'aws-json-1.1',
    target: 'AmazonAthena',
    operations: {
      ...on(parts.athena, athenaQueries),
      ...on(parts.athena, athenaResults),
      ...on(parts.athena, athenaWorkGroups),
      ...on(parts.athena, athenaNamedQueries),
      ...on(parts.athena, athenaPreparedStatements),
      ...on(parts.athena, athenaMetadata),
    },
  }),
  firehose: service({
    protocol: 'aws-json-1.1',
    target: 'Firehose_20150804',
    operations: parts.firehose.paced({
      ...on(parts.firehose, firehoseStreams),
      ...on(parts.firehose, firehoseRecords),
      ...on(parts.firehose, firehoseTags),
    }),
  }),
  events: service({
    protocol: 'aws-json-1.1',
    target: 'AWSEvents',
    operations: { ...on(parts.schedules.rules, eventsRules), ...on(parts.schedules.rules, eventsTargets) },
  }),
  glue: service({
    protocol: 'aws-json-1.1',
    target: 'AWSGlue',
    operations: {
      ...on(parts.catalog, glueDatabases),
      ...on(parts.catalog, glueTables),
      ...on(parts.catalog, gluePartitions),
      ...on(parts.glueTags, glueTags),
      ...on(parts.crawlers, glueCrawlers),
      ...on(parts.crawlers, glueCrawls),
      ...on(parts.jobs, glueJobs),
      ...on(parts.jobs, glueRuns),
      ...on(parts.jobs, glueBookmarks),
      ...on(parts.schedules.triggers, glueTriggers),
    },
  }),
  s3: service({
    protocol: 'rest-xml',
    xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
    validationCode: 'InvalidArgument',
    checkBody: checkDocument,
    operations: {
      ...on(parts.s3, s3Buckets),
      ...on(parts.s3, s3BucketSettings),
      ...on(parts.s3, s3BucketAccess),
      ...on(parts.s3, s3BucketLifecycle),
      ...on(parts.s3, s3BucketUnset),
      ...on(parts.s3, s3Objects),
      ...on(parts.s3, s3ObjectDetails),
      ...on(parts.s3, s3Copying),
      ...on(parts.s3, s3Deleting),
      ...on(parts.s3, s3Listing),
      ...on(parts.s3, s3Multipart),
      ...on(parts.s3, s3MultipartListing),
    },
  }),
  scheduler: service({
    protocol: 'rest-json',
    operations: {
      ...on(parts.schedules.scheduler, schedulerSchedules),
      ...on(parts.schedules.scheduler, schedulerGroups),
    },
  }),
  lambda: service({
    protocol: 'rest-json',
    operations: {
      ...on(parts.functions, lambdaFunctions),
      ...on(parts.functions, lambdaConfiguration),
      ...on(parts.functions, lambdaInvocations),
      ...on(parts.functions, lambdaAliases),
      ...on(parts.functions, lambdaPermissions),
      ...on(parts.functions, lambdaConcurrency),
      ...on(parts.functions, lambdaTags),
    },
  }),
  iam: service({
    protocol: 'query',
    version: '2010-05-08',
    xmlns: 'https://iam.amazonaws.com/doc/2010-05-08/',
    validationCode: 'ValidationError',
    operations: {
      ...on(parts.iam, iamUsers),
      ...on(parts.iam, iamAccessKeys),
      ...on(parts.iam, iamUserPolicies),
      ...on(parts.iam, iamRoles),
      ...on(parts.iam, iamRolePolicies),
      ...on(parts.iam, iamGroups),
      ...on(parts.iam, iamGroupPolicies),
      ...on(parts.iam, iamManagedPolicies),
      ...on(parts.iam, iamPolicyVersions),
      ...on(parts.iam, iamInstanceProfiles),
      ...on(parts.iam, iamSimulation),
      ...on(parts.iam, iamAccount),
    },
  }),
  sts: service({
    protocol: 'query',
    version: '2011-06-15',
    xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/',
    validationCode: 'ValidationError',
    operations: { ...on(parts.iam, stsCredentials) },
  }),
})
