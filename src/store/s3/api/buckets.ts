// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html: buckets themselves.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  header,
  integer,
  list,
  optional,
  payload,
  query,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import { canonicalUser } from '../canonical-user.ts'
import { aclNotSupported, invalidArgument, invalidOwnership } from '../faults.ts'
import { bucketsPageMax } from '../limits.ts'
import type { S3 } from '../s3.ts'
import { bucketTags } from '../tags.ts'
import { bucketArn, bucketMember, bucketOf, mayBucket, onBucket, owner, tag, tagList } from './shapes.ts'

const bucketArnHeader = optional(header('x-amz-bucket-arn', string()))

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export const CreateBucket = operation({
  http: { route: 'PUT /{Bucket}' },
  input: {
    Bucket: bucketMember,
    ACL: optional(header('x-amz-acl', string())),
    ObjectOwnership: optional(header('x-amz-object-ownership', string())),
    CreateBucketConfiguration: optional(
      payload(
        structure({
          LocationConstraint: optional(string()),
          Tags: optional(list(tag, { itemName: 'Tag' })),
        }),
      ),
    ),
  },
  output: { Location: optional(header('Location', string())), BucketArn: bucketArnHeader },
  access: mayBucket('s3:CreateBucket'),
  async handle(s3: S3, input, call) {
    if (input.ACL !== undefined && input.ACL !== 'private') throw aclNotSupported()
    const { LocationConstraint, Tags } = input.CreateBucketConfiguration ?? {}
    await s3.buckets.create(
      input.Bucket,
      { account: call.account, region: call.region, constraint: LocationConstraint },
      { ownership: ownershipOf(input.ObjectOwnership), tags: Tags && bucketTags(tagList(Tags)) },
    )
    const local = call.region === 'us-east-1' && LocationConstraint === undefined
    return {
      Location: local ? `/${input.Bucket}` : `${call.endpoint}/${input.Bucket}`,
      BucketArn: bucketArn(input.Bucket),
    }
  },
})

const ownerships = ['BucketOwnerPreferred', 'ObjectWriter', 'BucketOwnerEnforced'] as const
function ownershipOf(asked: string | undefined) {
  const known = ownerships.find(one => one === asked)
  if (asked !== undefined && !known) throw invalidOwnership(asked)
  return known
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export const HeadBucket = operation({
  http: { route: 'HEAD /{Bucket}' },
  input: onBucket,
  output: {
    BucketArn: bucketArnHeader,
    BucketRegion: optional(header('x-amz-bucket-region', string())),
    AccessPointAlias: optional(header('x-amz-access-point-alias', boolean())),
  },
  access: mayBucket('s3:ListBucket'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    return { BucketArn: bucketArn(bucket.name), BucketRegion: bucket.region, AccessPointAlias: false }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const ListBuckets = operation({
  http: { route: 'GET /' },
  root: 'ListAllMyBucketsResult',
  input: {
    MaxBuckets: optional(query('max-buckets', integer({ min: 1, max: bucketsPageMax }))),
    ContinuationToken: optional(query('continuation-token', string())),
    Prefix: optional(query('prefix', string())),
    BucketRegion: optional(query('bucket-region', string())),
  },
  output: {
    Owner: owner,
    Buckets: list(
      structure({
        Name: string(),
        CreationDate: timestamp(),
        BucketRegion: optional(string()),
        BucketArn: optional(string()),
      }),
      { itemName: 'Bucket' },
    ),
    ContinuationToken: optional(string()),
    Prefix: optional(string()),
  },
  access: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  handle(s3: S3, input, call) {
    const limit = input.MaxBuckets ?? bucketsPageMax
    const page = s3.buckets.list({
      account: call.account,
      prefix: input.Prefix,
      region: input.BucketRegion,
      after: input.ContinuationToken === undefined ? '' : nameOf(input.ContinuationToken),
      limit: limit + 1,
    })
    const shown = page.slice(0, limit)
    const last = shown.at(-1)
    return {
      Owner: { ID: canonicalUser(call.account) },
      Buckets: shown.map(({ name, createdAt, region }) => ({
        Name: name,
        CreationDate: createdAt,
        BucketRegion: region,
        BucketArn: bucketArn(name),
      })),
      Prefix: input.Prefix,
      ContinuationToken: page.length > limit && last ? Buffer.from(last.name).toString('base64url') : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
export const DeleteBucket = operation({
  http: { route: 'DELETE /{Bucket}', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:DeleteBucket'),
  async handle(s3: S3, input) {
    await s3.buckets.delete(bucketOf(s3, input))
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: empty for us-east-1. */
export const GetBucketLocation = operation({
  http: { route: 'GET /{Bucket}?location' },
  root: 'LocationConstraint',
  input: onBucket,
  output: { LocationConstraint: optional(string()) },
  access: mayBucket('s3:GetBucketLocation'),
  handle(s3: S3, input) {
    const { region } = bucketOf(s3, input)
    return { LocationConstraint: region === 'us-east-1' ? undefined : region }
  },
})

function nameOf(token: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (Buffer.from(name).toString('base64url') !== token)
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token)
  return name
}
