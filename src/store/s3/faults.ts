// What S3 says when the caller is wrong, in AWS's words:
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { Fault, type FaultDetail } from '../../gateway/fault.ts'
import { keyBytesMax, metadataBytesMax, partsMax, putBytesMax } from './limits.ts'

const fault = (code: string, status: number, message: string, detail: FaultDetail = {}) =>
  new Fault(code, status, message, { detail })

// Buckets
export const noSuchBucket = (bucket: string) =>
  fault('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: bucket })
export const invalidBucketName = (bucket: string) =>
  fault('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: bucket })
export const bucketAlreadyExists = (bucket: string) =>
  fault(
    'BucketAlreadyExists',
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { BucketName: bucket },
  )
export const bucketAlreadyOwnedByYou = (bucket: string) =>
  fault(
    'BucketAlreadyOwnedByYou',
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
    { BucketName: bucket },
  )
export const bucketNotEmpty = (bucket: string, versioned: boolean) =>
  fault(
    'BucketNotEmpty',
    409,
    `The bucket you tried to delete is not empty${versioned ? '. You must delete all versions in the bucket.' : ''}`,
    { BucketName: bucket },
  )
export const noVersioning = () =>
  fault('IllegalVersioningConfigurationException', 400, 'The Versioning element must be specified')
export const invalidOwnership = (value: string) =>
  fault('InvalidArgument', 400, `Invalid x-amz-object-ownership header: ${value}`, {
    ArgumentName: 'x-amz-object-ownership',
  })
export const tooManyBuckets = () =>
  fault('TooManyBuckets', 400, 'You have attempted to create more buckets than allowed')
export const invalidLocationConstraint = (constraint: string) =>
  fault('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid', {
    LocationConstraint: constraint,
  })
export const illegalLocationConstraint = (constraint: string | undefined) =>
  fault(
    'IllegalLocationConstraintException',
    400,
    `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  )
export const publicPolicyBlocked = (principal: string, bucketArn: string) =>
  fault(
    'AccessDenied',
    403,
    `User: ${principal} is not authorized to perform: s3:PutBucketPolicy on resource: "${bucketArn}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
  )
export const accessDenied = () => fault('AccessDenied', 403, 'Access Denied')

// Settings of buckets that are not there
const notConfigured =
  (code: string, message: string) =>
  (bucket: string): Fault =>
    fault(code, 404, message, { BucketName: bucket })
export const noSuchTagSet = notConfigured('NoSuchTagSet', 'The TagSet does not exist')
export const noSuchBucketPolicy = notConfigured('NoSuchBucketPolicy', 'The bucket policy does not exist')
export const noSuchLifecycle = notConfigured(
  'NoSuchLifecycleConfiguration',
  'The lifecycle configuration does not exist',
)
export const noSuchPublicAccessBlock = notConfigured(
  'NoSuchPublicAccessBlockConfiguration',
  'The public access block configuration was not found',
)
export const noSuchOwnershipControls = notConfigured(
  'OwnershipControlsNotFoundError',
  'The bucket ownership controls were not found',
)
export const noSuchConfiguration = notConfigured('NoSuchConfiguration', 'The specified configuration does not exist.')
export const noSuchCors = notConfigured('NoSuchCORSConfiguration', 'The CORS configuration does not exist')
export const noSuchWebsite = notConfigured(
  'NoSuchWebsiteConfiguration',
  'The specified bucket does not have a website configuration',
)
export const noSuchReplication = notConfigured(
  'ReplicationConfigurationNotFoundError',
  'The replication configuration was not found',
)
export const noSuchObjectLock = notConfigured(
  'ObjectLockConfigurationNotFoundError',
  'Object Lock configuration does not exist for this bucket',
)

// Objects and versions
export const noSuchKey = (key: string) => fault('NoSuchKey', 404, 'The specified key does not exist.', { Key: key })
/** The key's latest version is a delete marker. */
export const deleted = (key: string, versionId: string) =>
  new Fault('NoSuchKey', 404, 'The specified key does not exist.', {
    detail: { Key: key },
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId },
  })
/** A delete marker was asked for by its version. */
export const markerNotAllowed = (lastModified: string, versionId: string) =>
  new Fault('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
    detail: { ResourceType: 'DeleteMarker' },
    headers: {
      allow: 'DELETE',
      'last-modified': lastModified,
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': versionId,
    },
  })
export const noSuchVersion = (key: string, versionId: string) =>
  fault('NoSuchVersion', 404, 'The specified version does not exist.', { Key: key, VersionId: versionId })
export const invalidVersionId = (versionId: string) =>
  fault(
    'InvalidArgument',
    400,
    versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified',
    { ArgumentName: 'versionId', ArgumentValue: versionId },
  )
export const keyTooLong = (bytes: number) =>
  fault('KeyTooLongError', 400, 'Your key is too long', { Size: bytes, MaxSizeAllowed: keyBytesMax })
export const notModified = (headers: Readonly<Record<string, string>>) =>
  new Fault('NotModified', 304, 'Not Modified', { headers })
export const preconditionFailed = (condition: string) =>
  fault('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  })
export const notImplementedHeader = (header: string, additionalMessage: string) =>
  fault('NotImplemented', 501, 'A header you provided implies functionality that is not implemented', {
    Header: header,
    additionalMessage,
  })
/** The key was written or deleted since the upload was begun. */
export const conditionalConflict = (condition: string, key: string) =>
  fault(
    'ConditionalRequestConflict',
    409,
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { Condition: condition, Key: key },
  )
export const invalidRedirect = () =>
  fault(
    'InvalidRedirectLocation',
    400,
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
  )
export const noObjectLock = () =>
  fault(
    'InvalidArgument',
    400,
    'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
    { ArgumentName: 'x-amz-bypass-governance-retention' },
  )
export const copyRangeOutside = () =>
  fault('InvalidRequest', 400, 'The specified copy range is invalid for the source object size')
/** A setting of AWS's that buckets do not have here. */
export const notConfigurable = (value: string) =>
  fault(
    'NotImplemented',
    501,
    `A bucket cannot be set to ${value} here: Biwa does not support it. Leave the setting out.`,
  )
export const invalidRange = (range: string, bytes: number) =>
  new Fault('InvalidRange', 416, 'The requested range is not satisfiable', {
    detail: { RangeRequested: range, ActualObjectSize: bytes },
    headers: { 'content-range': `bytes */${bytes}` },
  })
export const invalidPartNumber = (part: number) =>
  invalidArgument(`Part number must be an integer between 1 and ${partsMax}, inclusive`, 'partNumber', part)
export const partNotSatisfiable = (part: number, parts: number) =>
  fault('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable', {
    PartNumberRequested: part,
    ActualPartCount: parts,
  })
export const metadataTooLarge = (bytes: number) =>
  fault('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size', {
    Size: bytes,
    MaxSizeAllowed: metadataBytesMax,
  })
/** The object lies in an archive, and is not restored. */
export const invalidObjectState = (storageClass: string) =>
  fault('InvalidObjectState', 403, "The operation is not valid for the object's storage class", {
    StorageClass: storageClass,
  })
/** The same, told to who did not ask for it by name. */
export const archivedObject = (of: { readonly bucket: string; readonly key: string; readonly storageClass?: string }) =>
  fault(
    'InvalidObjectState',
    403,
    `The operation is not valid for the object's storage class: s3://${of.bucket}/${of.key} lies in ${of.storageClass}. Ask for it with RestoreObject first.`,
    { StorageClass: of.storageClass ?? '' },
  )
export const archivedCopySource = (storageClass: string) =>
  fault('InvalidObjectState', 403, "Operation is not valid for the source object's storage class", {
    StorageClass: storageClass,
  })
export const notArchived = (storageClass: string) =>
  fault('InvalidObjectState', 403, "Restore is not allowed for the object's current storage class", {
    StorageClass: storageClass,
  })
export const restoreUnderWay = () => fault('RestoreAlreadyInProgress', 409, 'Object restore is already in progress')
export const invalidStorageClass = (storageClass: string) =>
  fault('InvalidStorageClass', 400, 'The storage class you specified is not valid', {
    StorageClassRequested: storageClass,
  })
export const copyOntoItself = () =>
  fault(
    'InvalidRequest',
    400,
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  )
export const copySourceTooLarge = () =>
  fault(
    'InvalidRequest',
    400,
    `The specified copy source is larger than the maximum allowable size for a copy source: ${putBytesMax}`,
  )
export const missingAcl = () =>
  fault('MissingSecurityHeader', 400, 'Your request was missing a required header', { MissingHeaderName: 'x-amz-acl' })
/** AWS names the argument and says nothing. */
export const invalidAcl = (acl: string) => invalidArgument(`S3 knows no canned ACL ${acl}.`, 'x-amz-acl', acl)
export const unexpectedContent = () => fault('UnexpectedContent', 400, 'This request does not support content')
export const malformedAcl = () =>
  fault(
    'MalformedACLError',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
export const aclNotSupported = () => fault('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs')

// Bodies
export const incompleteBody = () =>
  fault('IncompleteBody', 400, 'You did not provide the number of bytes specified by the Content-Length HTTP header')
export const missingContentLength = () =>
  fault('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.')
export const entityTooLarge = (bytes: number) =>
  fault('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: bytes,
    MaxSizeAllowed: putBytesMax,
  })
export const badMd5 = (expected: string, calculated: string) =>
  fault('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.', {
    ExpectedDigest: expected,
    CalculatedDigest: calculated,
  })
export const invalidMd5 = (value: string) =>
  fault('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.', { 'Content-MD5': value })
export const badChecksum = (algorithm: string) =>
  fault('BadDigest', 400, `The ${algorithm} you specified did not match the calculated checksum.`)
export const invalidRequest = (message: string) => fault('InvalidRequest', 400, message)
export const invalidArgument = (message: string, name: string, value: string | number) =>
  fault('InvalidArgument', 400, message, { ArgumentName: name, ArgumentValue: value })
export const malformedXml = () =>
  fault(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
export const invalidTag = (message: string, key?: string) =>
  fault('InvalidTag', 400, message, key === undefined ? {} : { TagKey: key })
export const tooManyTags = (message: string) => fault('BadRequest', 400, message)
export const malformedPolicy = (message: string) => fault('MalformedPolicy', 400, message)

// Multipart uploads
export const noSuchUpload = (uploadId: string) =>
  fault(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  )
export const invalidPart = (uploadId: string, part: number, etag: string) =>
  fault(
    'InvalidPart',
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: uploadId, PartNumber: part, ETag: etag },
  )
export const invalidPartOrder = (uploadId: string) =>
  fault(
    'InvalidPartOrder',
    400,
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    { UploadId: uploadId },
  )
export const entityTooSmall = (bytes: number, bytesMin: number, part: number, etag: string) =>
  fault('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
    ProposedSize: bytes,
    MinSizeAllowed: bytesMin,
    PartNumber: part,
    ETag: etag,
  })
