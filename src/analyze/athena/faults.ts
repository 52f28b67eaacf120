/** What callers of Athena do wrong, in AWS's words; and why a query failed, in the words that StateChangeReason has. */
import { faultClass } from '../../gateway/fault.ts'

export const InvalidRequestException = faultClass('InvalidRequestException')
export const MetadataException = faultClass('MetadataException')
const ResourceNotFoundException = faultClass('ResourceNotFoundException')
const TooManyRequestsException = faultClass('TooManyRequestsException')

/** AWS says it twice. */
const withCode = (code: string) => ({ detail: { AthenaErrorCode: code, ErrorCode: code } })
const malformed = withCode('MALFORMED_QUERY')
export const malformedStatement = (place: string, text: string) =>
  new InvalidRequestException(`${place}: ${text}`, malformed)
export const unsupportedStatement = (place: string, name: string) =>
  new InvalidRequestException(`${place}: Queries of this type are not supported. Biwa does not run ${name}.`, malformed)

export const malformedText = (text: string) => new InvalidRequestException(text, malformed)
export const nothingSelected = (place: string) =>
  malformedStatement(place, "mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', <expression>")
export const severalStatements = (text: string) =>
  new InvalidRequestException(`Only one sql statement is allowed. Got: ${text}`, malformed)
export const emptyStatement = (text: string) => new InvalidRequestException(`Empty sql statement: ${text}`, malformed)

export const noLocation = () =>
  new InvalidRequestException('No location was specified for table. An S3 location must be specified', malformed)
export const notExternal = () => new InvalidRequestException('External keyword required for table type HIVE', malformed)

const invalidInput = withCode('INVALID_INPUT')
/** Of one that ends where its tables would begin Athena says no place. */
export const unfinishedStatement = () =>
  new InvalidRequestException('Queries of this type are not supported', invalidInput)
export const noOutputLocation = () =>
  new InvalidRequestException(
    'No output location provided. An output location is required either through the Workgroup result configuration ' +
      'setting or as an API input.',
    invalidInput,
  )
export const invalidOutputLocation = () =>
  new InvalidRequestException('outputLocation is not a valid S3 path.', invalidInput)
export const noOutputBucket = (bucket: string) =>
  new InvalidRequestException(`Unable to verify/create output bucket ${bucket}`, invalidInput)
export const foreignOutputBucket = (bucket: string, owner: string) =>
  new InvalidRequestException(`The bucket ${bucket} does not belong to the expected owner ${owner}.`, invalidInput)
export const queryTooLong = (bytes: number) =>
  new InvalidRequestException(`The query text has ${bytes} bytes; Athena takes at most 262144.`, invalidInput)
export const tokenReused = () =>
  new InvalidRequestException('Idempotent parameters do not match', withCode('IDEMPOTENT_PARAMETER_MISMATCH'))
export const tokenTooLong = (max: number) =>
  new InvalidRequestException(`clientRequestToken exceeds maximum allowed length ${max}`, invalidInput)
export const unknownCatalog = (name: string) =>
  new InvalidRequestException(`Catalog ${name} does not exist. ListDataCatalogs names those that do.`, invalidInput)
export const noSuchDataCatalog = (name: string) =>
  new InvalidRequestException(`DataCatalog ${name} was not found`, invalidInput)
export const dataCatalogExists = (name: string) =>
  new InvalidRequestException(`DataCatalog ${name} already exists`, invalidInput)
export const invalidDataCatalog = (text: string) => new InvalidRequestException(text, invalidInput)
export const unansweredDataCatalog = (name: string, why: string) =>
  new InvalidRequestException(
    `The data catalog ${name} is kept, but nothing can be asked of it: ${why}. Biwa answers from the account's own Glue ` +
      'catalog, AwsDataCatalog.',
    invalidInput,
  )

/** DESCRIBE and SHOW COLUMNS of what is not there are refused before they become queries. */
export const noSuchEntity = (requestId: string) =>
  new InvalidRequestException(
    'Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: ' +
      `${requestId}; Proxy: null)`,
    invalidInput,
  )

export const noSuchQuery = (id: string) =>
  new InvalidRequestException(`QueryExecution ${id} was not found`, withCode('QUERY_EXECUTION_NOT_FOUND'))
const invalidState = withCode('INVALID_QUERY_EXECUTION_STATE')
export const notFinished = (state: string) =>
  new InvalidRequestException(`Query has not yet finished. Current state: ${state}`, invalidState)
/** Of one that was stopped AWS says that there are no results, not how it ended. */
export const notSucceeded = (state: string) =>
  state === 'CANCELLED'
    ? new InvalidRequestException('Could not find results', withCode('RESULT_NOT_FOUND'))
    : new InvalidRequestException(`Query did not finish successfully. Final query state: ${state}`, invalidState)
export const resultsGone = (location: string) =>
  new InvalidRequestException(`Could not find results: there is no object ${location}`, withCode('RESULT_NOT_FOUND'))
export const tooManyRows = (max: number) =>
  new InvalidRequestException(`MaxResults is more than maximum allowed length ${max}`, invalidInput)
/** Of a result's pages, and of lists. */
export const malformedPageToken = (token: string) =>
  new InvalidRequestException(`Malformed nextPageToken ${token}`, invalidInput)
export const malformedListToken = (token: string) =>
  new InvalidRequestException(`The nextPageToken is malformed: ${token}`, invalidInput)
export const tooManyQueries = (limit: number) =>
  new TooManyRequestsException(
    `You have exceeded the limit for the number of queries you can run concurrently: ${limit} are queued. Please reduce ` +
      'the number of concurrent queries submitted by this account.',
    { detail: { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' } },
  )

export const noSuchWorkGroup = () => new InvalidRequestException('WorkGroup is not found.', invalidInput)
export const workGroupExists = () => new InvalidRequestException('WorkGroup is already created', invalidInput)
export const workGroupDisabled = (name: string) =>
  new InvalidRequestException(`WorkGroup ${name} is disabled.`, invalidInput)
export const workGroupNotEmpty = (name: string) =>
  new InvalidRequestException(`WorkGroup ${name} is not empty. Delete it with RecursiveDeleteOption.`, invalidInput)
export const primaryStays = () => new InvalidRequestException('The primary WorkGroup cannot be deleted.', invalidInput)
export const noSuchNamedQuery = (id: string) =>
  new InvalidRequestException(`NamedQuery ${id} was not found`, invalidInput)
export const noSuchPreparedStatement = (name: string, workGroup: string) =>
  new ResourceNotFoundException(`PreparedStatement ${name} was not found in workGroup ${workGroup}`)
export const preparedStatementExists = (name: string, workGroup: string) =>
  new InvalidRequestException(`PreparedStatement ${name} already exists in workGroup ${workGroup}`, invalidInput)
export const tooManyPreparedStatements = (limit: number) =>
  new InvalidRequestException(`A workgroup has at most ${limit} prepared statements. Delete one first.`, invalidInput)
export const noParameters = () =>
  new InvalidRequestException(
    'ExecutionParameters are supported for SELECT, INSERT INTO, CTAS and UNLOAD statements; EXECUTE has its values in USING.',
    invalidInput,
  )
export const noSuchResource = (arn: string) => new ResourceNotFoundException(`Resource ${arn} was not found.`)

/** https://docs.aws.amazon.com/athena/latest/ug/error-reference.html */
const errorTypes = {
  resources: { category: 1, type: 0 },
  engine: { category: 1, type: 200 },
  timeout: { category: 1, type: 206 },
  write: { category: 1, type: 401 },
  user: { category: 2, type: 1000 },
  data: { category: 2, type: 1001 },
  ddl: { category: 2, type: 1003 },
  schema: { category: 2, type: 1004 },
  syntax: { category: 2, type: 1006 },
  cancelled: { category: 2, type: 1011 },
} as const

/** Of the engine's errors these have a type of their own, which is no range's of the page above. */
const typesOfCodes: Readonly<Record<string, number>> = {
  DIVISION_BY_ZERO: 1001,
  TYPE_MISMATCH: 1002,
  COLUMN_NOT_FOUND: 1006,
  CATALOG_NOT_FOUND: 1006,
  INVALID_CAST_ARGUMENT: 1100,
  NUMERIC_VALUE_OUT_OF_RANGE: 1100,
  INVALID_PARAMETER_USAGE: 1100,
  MISSING_COLUMN_NAME: 1100,
  INVALID_FUNCTION_ARGUMENT: 1106,
  NOT_SUPPORTED: 1200,
  NOT_FOUND: 1300,
  TABLE_NOT_FOUND: 1301,
  SCHEMA_NOT_FOUND: 1301,
  FUNCTION_NOT_FOUND: 1303,
}

export type FailureKind = keyof typeof errorTypes

export interface AthenaError {
  readonly category: number
  readonly type: number
  readonly retryable: boolean
  readonly message: string
}

/** Why a query ended without a result; its message is the StateChangeReason. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure'
  readonly kind: FailureKind

  constructor(kind: FailureKind, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause })
    this.kind = kind
  }

  get athenaError(): AthenaError {
    const { category, type: usual } = errorTypes[this.kind]
    const [, code = ''] = /^([A-Z_]+):/.exec(this.message) ?? []
    const type = typesOfCodes[code] ?? usual
    return { category, type, retryable: category === 1, message: this.message }
  }
}

/** The catalog of the query's context: one that writes is told of it in other words. */
export const missingCatalog = (name: string, place: string) =>
  new QueryFailure('user', `CATALOG_NOT_FOUND: ${place}Catalog '${name}' does not exist`)
export const missingSessionCatalog = (name: string) =>
  new QueryFailure('user', `NOT_FOUND: Session property catalog does not exist: ${name}.`)

export const unnamedColumn = (position: number) =>
  new QueryFailure('user', `MISSING_COLUMN_NAME: line 1:1: Column name not specified at position ${position}`)
export const duplicateColumn = (name: string) =>
  new QueryFailure('user', `DUPLICATE_COLUMN_NAME: line 1:1: Column name '${name}' specified more than once`)
export const viewExists = (database: string, name: string, isTable: boolean) =>
  new QueryFailure('schema', `ALREADY_EXISTS: ${isTable ? 'Table' : 'View'} already exists: '${database}.${name}'`)
export const noSuchView = (database: string, name: string, isTable: boolean) =>
  new QueryFailure(
    'schema',
    `${isTable ? 'GENERIC_USER_ERROR' : 'TABLE_NOT_FOUND'}: line 1:1: View 'awsdatacatalog.${database}.${name}' does not ` +
      `exist${isTable ? ', but a table with that name exists.' : ''}`,
  )
const leftAlone = (location: string) =>
  `You may need to manually clean the data at location '${location}' before retrying. Athena will not delete data in ` +
  'your account.'
export const pathExists = (location: string) =>
  new QueryFailure(
    'user',
    `HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: ${location}. ${leftAlone(location)}`,
  )
export const tooManyPartitions = (location: string) =>
  new QueryFailure(
    'user',
    `HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets. ${leftAlone(location)}`,
  )

const hive = (text: string) => new QueryFailure('ddl', `FAILED: ${text}`)
const ddlTask = 'Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask.'

export const ddlNoTable = (name: string) => hive(`SemanticException [Error 10001]: Table not found ${name}`)
export const ddlNoDatabase = (name: string) => hive(`SemanticException [Error 10072]: Database does not exist: ${name}`)
export const ddlTableExists = (name: string) =>
  hive(`${ddlTask} AlreadyExistsException(message:Table ${name} already exists)`)
export const danglingSign = (pattern: string) =>
  new QueryFailure(
    'syntax',
    `FAILED: ${ddlTask} MetaException(message:Unable to get databases: java.util.regex.PatternSyntaxException: Dangling ` +
      `meta character '${pattern.charAt(0)}' near index 0\n${pattern}\n^)`,
  )
export const ddlDatabaseExists = (name: string) => hive(`${ddlTask} Database ${name} already exists`)
export const ddlDatabaseNotEmpty = (name: string) =>
  hive(`${ddlTask} InvalidOperationException(message:Database ${name} is not empty. One or more tables exist.)`)
export const ddlNotPartitioned = (name: string) => hive(`${ddlTask} Table ${name} is not a partitioned table`)
export const ddlPartitionSpec = (spec: Readonly<Record<string, string>>) =>
  hive(
    `SemanticException table is not partitioned but partition spec exists: {${Object.entries(spec)
      .map(([key, value]) => `${key}=${value}`)
      .join(', ')}}`,
  )
export const ddlPartitionExists = (name: string) =>
  hive(`${ddlTask} AlreadyExistsException(message:Partition already exists: ${name})`)
export const ddlNoPartition = (name: string) => hive(`SemanticException [Error 10006]: Partition not found ${name}`)
export const ddlInvalid = (text: string) => hive(`SemanticException ${text}`)

export const notPermitted = (refusal: string) =>
  new QueryFailure('user', `Insufficient permissions to execute the query. ${refusal}`)
