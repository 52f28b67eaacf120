/**
 * AWS's own managed policies, as far as a lake's users attach them: name, path, version and document as AWS publishes
 * them (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html). One that is not here cannot be
 * attached, rather than being there with another text. Their ids are ours, for AWS does not publish those.
 */
import { hash } from 'node:crypto'
import type { ManagedPolicy } from './managed-policies.ts'

export interface AwsPolicy extends ManagedPolicy {
  readonly document: string
}

interface Published {
  readonly path?: string
  readonly version: number
  readonly updated: string
  readonly statements: readonly object[]
}

const allow = (
  actions: string | readonly string[],
  resources: string | readonly string[] = '*',
  more: object = {},
) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...more,
})
const of = (service: string, names: string): readonly string[] => names.split(' ').map(name => `${service}:${name}`)
const passedTo = (...services: readonly string[]) => ({
  Condition: { StringLike: { 'iam:PassedToService': services } },
})

const published: Readonly<Record<string, Published>> = {
  AdministratorAccess: { version: 1, updated: '2015-02-06T18:39:46Z', statements: [allow('*')] },
  PowerUserAccess: {
    version: 12,
    updated: '2026-02-12T17:59:14Z',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow([
        ...of('account', 'GetAccountInformation GetGovCloudAccountInformation GetPrimaryEmail ListRegions'),
        ...of('iam', 'CreateServiceLinkedRole DeleteServiceLinkedRole ListRoles'),
        ...of('organizations', 'DescribeEffectivePolicy DescribeOrganization'),
      ]),
    ],
  },
  AmazonS3FullAccess: {
    version: 2,
    updated: '2021-09-27T20:16:37Z',
    statements: [allow(['s3:*', 's3-object-lambda:*'])],
  },
  AmazonS3ReadOnlyAccess: {
    version: 3,
    updated: '2023-08-10T21:31:39Z',
    statements: [allow([...of('s3', 'Get* List* Describe*'), ...of('s3-object-lambda', 'Get* List*')])],
  },
  AmazonKinesisFullAccess: { version: 1, updated: '2015-02-06T18:40:29Z', statements: [allow('kinesis:*')] },
  AmazonKinesisReadOnlyAccess: {
    version: 1,
    updated: '2015-02-06T18:40:30Z',
    statements: [allow(of('kinesis', 'Get* List* Describe*'))],
  },
  AmazonKinesisFirehoseFullAccess: {
    version: 1,
    updated: '2015-10-07T18:45:26Z',
    statements: [allow(['firehose:*'])],
  },
  AmazonKinesisFirehoseReadOnlyAccess: {
    version: 1,
    updated: '2015-10-07T18:43:39Z',
    statements: [allow(of('firehose', 'Describe* List*'))],
  },
  AWSGlueServiceRole: {
    path: '/service-role/',
    version: 5,
    updated: '2023-09-11T16:39:47Z',
    statements: [
      allow([
        'glue:*',
        ...of('s3', 'GetBucketLocation ListBucket ListAllMyBuckets GetBucketAcl'),
        ...of(
          'ec2',
          'DescribeVpcEndpoints DescribeRouteTables CreateNetworkInterface DeleteNetworkInterface DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcAttribute',
        ),
        ...of('iam', 'ListRolePolicies GetRole GetRolePolicy'),
        'cloudwatch:PutMetricData',
      ]),
      allow('s3:CreateBucket', 'arn:aws:s3:::aws-glue-*'),
      allow(of('s3', 'GetObject PutObject DeleteObject'), [
        'arn:aws:s3:::aws-glue-*/*',
        'arn:aws:s3:::*/*aws-glue-*/*',
      ]),
      allow('s3:GetObject', ['arn:aws:s3:::crawler-public*', 'arn:aws:s3:::aws-glue-*']),
      allow(of('logs', 'CreateLogGroup CreateLogStream PutLogEvents'), 'arn:aws:logs:*:*:*:/aws-glue/*'),
      allow(
        of('ec2', 'CreateTags DeleteTags'),
        ['arn:aws:ec2:*:*:network-interface/*', 'arn:aws:ec2:*:*:security-group/*', 'arn:aws:ec2:*:*:instance/*'],
        { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['aws-glue-service-resource'] } } },
      ),
    ],
  },
  AWSGlueConsoleFullAccess: {
    version: 13,
    updated: '2023-03-30T15:58:41Z',
    statements: [
      allow([
        'glue:*',
        ...of('redshift', 'DescribeClusters DescribeClusterSubnetGroups'),
        ...of('iam', 'ListRoles ListUsers ListGroups ListRolePolicies GetRole GetRolePolicy ListAttachedRolePolicies'),
        ...of(
          'ec2',
          'DescribeSecurityGroups DescribeSubnets DescribeVpcs DescribeVpcEndpoints DescribeRouteTables DescribeVpcAttribute DescribeKeyPairs DescribeInstances DescribeImages',
        ),
        ...of('rds', 'DescribeDBInstances DescribeDBClusters DescribeDBSubnetGroups'),
        ...of('s3', 'ListAllMyBuckets ListBucket GetBucketAcl GetBucketLocation'),
        ...of('cloudformation', 'ListStacks DescribeStacks GetTemplateSummary'),
        'dynamodb:ListTables',
        ...of('kms', 'ListAliases DescribeKey'),
        ...of('cloudwatch', 'GetMetricData ListDashboards'),
      ]),
      allow(of('s3', 'GetObject PutObject'), [
        'arn:aws:s3:::aws-glue-*/*',
        'arn:aws:s3:::*/*aws-glue-*/*',
        'arn:aws:s3:::aws-glue-*',
      ]),
      allow('tag:GetResources'),
      allow('s3:CreateBucket', 'arn:aws:s3:::aws-glue-*'),
      allow('logs:GetLogEvents', 'arn:aws:logs:*:*:/aws-glue/*'),
      allow(of('cloudformation', 'CreateStack DeleteStack'), 'arn:aws:cloudformation:*:*:stack/aws-glue*/*'),
      allow(
        'ec2:RunInstances',
        'instance key-pair image security-group network-interface subnet volume'
          .split(' ')
          .map(kind => `arn:aws:ec2:*:*:${kind}/*`),
      ),
      allow(of('ec2', 'TerminateInstances CreateTags DeleteTags'), 'arn:aws:ec2:*:*:instance/*', {
        Condition: {
          StringLike: {
            'ec2:ResourceTag/aws:cloudformation:stack-id': 'arn:aws:cloudformation:*:*:stack/aws-glue-*/*',
          },
          StringEquals: { 'ec2:ResourceTag/aws:cloudformation:logical-id': 'ZeppelinInstance' },
        },
      }),
      allow('iam:PassRole', 'arn:aws:iam::*:role/AWSGlueServiceRole*', passedTo('glue.amazonaws.com')),
      allow('iam:PassRole', 'arn:aws:iam::*:role/AWSGlueServiceNotebookRole*', passedTo('ec2.amazonaws.com')),
      allow('iam:PassRole', 'arn:aws:iam::*:role/service-role/AWSGlueServiceRole*', passedTo('glue.amazonaws.com')),
    ],
  },
  AmazonAthenaFullAccess: {
    version: 11,
    updated: '2024-01-03T19:05:55Z',
    statements: [
      allow('athena:*', '*', { Sid: 'BaseAthenaPermissions' }),
      allow(
        of(
          'glue',
          'CreateDatabase DeleteDatabase GetDatabase GetDatabases UpdateDatabase CreateTable DeleteTable BatchDeleteTable UpdateTable GetTable GetTables BatchCreatePartition CreatePartition DeletePartition BatchDeletePartition UpdatePartition GetPartition GetPartitions BatchGetPartition StartColumnStatisticsTaskRun GetColumnStatisticsTaskRun GetColumnStatisticsTaskRuns',
        ),
        '*',
        { Sid: 'BaseGluePermissions' },
      ),
      allow(
        of(
          's3',
          'GetBucketLocation GetObject ListBucket ListBucketMultipartUploads ListMultipartUploadParts AbortMultipartUpload CreateBucket PutObject PutBucketPublicAccessBlock',
        ),
        'arn:aws:s3:::aws-athena-query-results-*',
        { Sid: 'BaseQueryResultsPermissions' },
      ),
      allow(of('s3', 'GetObject ListBucket'), 'arn:aws:s3:::athena-examples*', {
        Sid: 'BaseAthenaExamplesPermissions',
      }),
      allow(of('s3', 'ListBucket GetBucketLocation ListAllMyBuckets'), '*', { Sid: 'BaseS3BucketPermissions' }),
      allow(of('sns', 'ListTopics GetTopicAttributes'), '*', { Sid: 'BaseSNSPermissions' }),
      allow(of('cloudwatch', 'PutMetricAlarm DescribeAlarms DeleteAlarms GetMetricData'), '*', {
        Sid: 'BaseCloudWatchPermissions',
      }),
      allow('lakeformation:GetDataAccess', '*', { Sid: 'BaseLakeFormationPermissions' }),
      allow(of('datazone', 'ListDomains ListProjects ListAccountEnvironments'), '*', {
        Sid: 'BaseDataZonePermissions',
      }),
      allow('pricing:GetProducts', '*', { Sid: 'BasePricingPermissions' }),
    ],
  },
  AmazonEventBridgeSchedulerFullAccess: {
    version: 2,
    updated: '2025-05-16T19:22:05Z',
    statements: [
      allow('scheduler:*'),
      allow('iam:PassRole', 'arn:aws:iam::*:role/*', {
        Condition: { StringLike: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    ],
  },
  CloudWatchLogsFullAccess: {
    version: 3,
    updated: '2025-05-20T17:07:06Z',
    statements: [
      allow(['logs:*', 'cloudwatch:GenerateQuery', 'cloudwatch:GenerateQueryResultsSummary'], '*', {
        Sid: 'CloudWatchLogsFullAccess',
      }),
    ],
  },
  IAMFullAccess: {
    version: 2,
    updated: '2019-06-21T19:40:00Z',
    statements: [
      allow([
        'iam:*',
        ...of(
          'organizations',
          'DescribeAccount DescribeOrganization DescribeOrganizationalUnit DescribePolicy ListChildren ListParents ListPoliciesForTarget ListRoots ListPolicies ListTargetsForPolicy',
        ),
      ]),
    ],
  },
  IAMReadOnlyAccess: {
    version: 4,
    updated: '2018-01-25T19:11:27Z',
    statements: [
      allow(
        of(
          'iam',
          'GenerateCredentialReport GenerateServiceLastAccessedDetails Get* List* SimulateCustomPolicy SimulatePrincipalPolicy',
        ),
      ),
    ],
  },
}

const byArn: ReadonlyMap<string, AwsPolicy> = new Map(
  Object.entries(published).map(([name, { path = '/', version, updated, statements }]) => {
    const arn = `arn:aws:iam::aws:policy${path}${name}`
    const updatedAt = Date.parse(updated)
    return [
      arn,
      {
        arn,
        account: 'aws',
        id: `ANPA${hash('sha256', arn, 'hex').slice(0, 17).toUpperCase()}`,
        name,
        path,
        createdAt: updatedAt,
        updatedAt,
        defaultVersion: version,
        tags: {},
        document: JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2),
      },
    ]
  }),
)

export const awsPolicy = (arn: string): AwsPolicy | undefined => byArn.get(arn)
export const awsPolicies = (): readonly AwsPolicy[] => [...byArn.values()]
