// What is done with records between their arrival and the object: the processors of a destination, from AWS's list of
// names and texts to values that can be worked with, and what AWS refuses in them. It does none of the work.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html
import { InvalidArgumentException } from './faults.ts'
import {
  lambdaBufferMib,
  lambdaBufferSeconds,
  lambdaRetries,
  lambdaRetriesMax,
  processorsMax,
  transformBufferMibMax,
  transformBufferMibMin,
  transformBufferSecondsMax,
} from './limits.ts'

/** As the caller gave it; kept and returned. */
export interface GivenProcessor {
  readonly type: string
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
}

export interface Processing {
  readonly enabled: boolean
  readonly processors: readonly GivenProcessor[]
}

export type Processor =
  | {
      readonly kind: 'lambda'
      readonly arn: string
      readonly retries: number
      /** Of the records' data, before their base64. */
      readonly bufferMib: number
      readonly bufferSeconds: number
      /** The destination's role unless given. */
      readonly roleArn: string | undefined
    }
  | { readonly kind: 'decompress' }
  /** Of CloudWatch Logs' documents only the messages, a line each. */
  | { readonly kind: 'messages' }
  | { readonly kind: 'deaggregate'; readonly type: 'JSON' }
  | { readonly kind: 'deaggregate'; readonly type: 'DELIMITED'; readonly delimiter: Uint8Array }
  | { readonly kind: 'metadata'; readonly query: string; readonly engine: 'JQ-1.6' }
  | { readonly kind: 'delimiter'; readonly bytes: Uint8Array }

type Parameters = ReadonlyMap<string, string>

interface Reading {
  readonly parameters: readonly string[]
  readonly read: (given: Parameters) => Processor | undefined
}

const readings: Readonly<Record<string, Reading>> = {
  Lambda: {
    parameters: ['LambdaArn', 'NumberOfRetries', 'RoleArn', 'BufferSizeInMBs', 'BufferIntervalInSeconds'],
    read: readLambda,
  },
  Decompression: { parameters: ['CompressionFormat'], read: readDecompression },
  CloudWatchLogProcessing: { parameters: ['DataMessageExtraction'], read: readLogProcessing },
  RecordDeAggregation: { parameters: ['SubRecordType', 'Delimiter'], read: readDeaggregation },
  MetadataExtraction: { parameters: ['MetadataExtractionQuery', 'JsonParsingEngine'], read: readMetadata },
  AppendDelimiterToRecord: { parameters: ['Delimiter'], read: readDelimiter },
}

/** What is at work, in the order of AWS's stages, whatever the order it was given in; nothing when it is switched off. */
export function processorsOf(processing: Processing | undefined): readonly Processor[] {
  if (!processing?.enabled) return []
  const stages = Object.keys(readings)
  return processing.processors
    .toSorted((one, other) => stages.indexOf(one.type) - stages.indexOf(other.type))
    .flatMap(processor => readProcessor(processor) ?? [])
}

/** Throws InvalidArgumentException; what is switched off is kept unread. */
export function checkProcessing(processing: Processing | undefined): void {
  if (!processing?.enabled) return
  const { processors } = processing
  if (processors.length < 1 || processors.length > processorsMax) {
    throw new InvalidArgumentException(
      `A maximum of ${processorsMax} and a minimum of 1 processor needs to be supplied when processing is enabled.`,
    )
  }
  const types = processors.map(({ type }) => type)
  for (const type of types) {
    if (types.indexOf(type) === types.lastIndexOf(type)) continue
    throw new InvalidArgumentException(`Cannot have more than 1 ${type} processor.`)
  }
  if (types.includes('CloudWatchLogProcessing') && !types.includes('Decompression')) {
    throw new InvalidArgumentException(
      'CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor',
    )
  }
  for (const processor of processors) readProcessor(processor)
}

function readProcessor({ type, parameters }: GivenProcessor): Processor | undefined {
  const reading = readings[type]
  if (reading === undefined) throw new InvalidArgumentException(`There is no processor ${type}.`)
  const given = new Map(parameters.map(({ name, value }) => [name, value]))
  if (given.size < parameters.length) {
    throw new InvalidArgumentException(`The ${type} processor has a parameter twice. Give each once.`)
  }
  for (const name of given.keys()) {
    if (reading.parameters.includes(name)) continue
    throw new InvalidArgumentException(
      `The ${type} processor takes no parameter ${name}. It takes ${reading.parameters.join(', ')}.`,
    )
  }
  return reading.read(given)
}

function readLambda(given: Parameters): Processor {
  const arn = given.get('LambdaArn')
  if (arn === undefined) throw new InvalidArgumentException('LambdaArn is required when Lambda processor is used.')
  if (!/^arn:[^:]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+(:[A-Za-z0-9-_$]+)?$/.test(arn)) {
    throw new InvalidArgumentException(`LambdaArn ${arn} is not the ARN of a Lambda function.`)
  }
  if (given.has('BufferSizeInMBs') !== given.has('BufferIntervalInSeconds')) {
    throw new InvalidArgumentException(
      'Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.',
    )
  }
  const retries = numberOf(given, 'NumberOfRetries', lambdaRetries)
  if (!Number.isInteger(retries) || retries < 0 || retries > lambdaRetriesMax) {
    throw new InvalidArgumentException(`Number of retries for lambda must be between 0 and ${lambdaRetriesMax}.`)
  }
  const bufferMib = numberOf(given, 'BufferSizeInMBs', lambdaBufferMib)
  if (!(bufferMib >= transformBufferMibMin && bufferMib <= transformBufferMibMax)) {
    throw new InvalidArgumentException(
      `BufferSizeInMBs for lambda processor must be between ${transformBufferMibMin} and ${transformBufferMibMax}.`,
    )
  }
  const bufferSeconds = numberOf(given, 'BufferIntervalInSeconds', lambdaBufferSeconds)
  if (!(bufferSeconds >= 0 && bufferSeconds <= transformBufferSecondsMax)) {
    throw new InvalidArgumentException(
      `BufferIntervalInSeconds for lambda processor must be between 0 and ${transformBufferSecondsMax}.`,
    )
  }
  return { kind: 'lambda', arn, retries, bufferMib, bufferSeconds, roleArn: given.get('RoleArn') }
}

function numberOf(given: Parameters, name: string, otherwise: number): number {
  const text = given.get(name)
  if (text === undefined) return otherwise
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}

function readDecompression(given: Parameters): Processor {
  const format = given.get('CompressionFormat')
  if (format === 'GZIP') return { kind: 'decompress' }
  throw new InvalidArgumentException('CompressionFormat of the Decompression processor has to be GZIP')
}

function readLogProcessing(given: Parameters): Processor | undefined {
  const value = given.get('DataMessageExtraction')?.toLowerCase()
  if (value === 'true') return { kind: 'messages' }
  if (value === 'false') return undefined
  throw new InvalidArgumentException(
    'Invalid parameter value for DataMessageExtraction. Allowed values are True and False.',
  )
}

function readDeaggregation(given: Parameters): Processor {
  const type = given.get('SubRecordType')
  const delimiter = given.get('Delimiter')
  if (type === 'JSON') {
    if (delimiter === undefined) return { kind: 'deaggregate', type }
    throw new InvalidArgumentException('Delimiter is only for the SubRecordType DELIMITED')
  }
  if (type !== 'DELIMITED') throw new InvalidArgumentException('SubRecordType has to be one of JSON, DELIMITED')
  if (delimiter === undefined) throw new InvalidArgumentException('Delimiter should be present for DELIMITED')
  const bytes = Buffer.from(delimiter, 'base64')
  if (bytes.length === 0 || bytes.toString('base64').replace(/=+$/, '') !== delimiter.replace(/=+$/, '')) {
    throw new InvalidArgumentException('Delimiter of the RecordDeAggregation processor must be encoded in base64')
  }
  return { kind: 'deaggregate', type, delimiter: bytes }
}

function readMetadata(given: Parameters): Processor {
  const query = given.get('MetadataExtractionQuery')
  if (given.get('JsonParsingEngine') !== 'JQ-1.6') {
    throw new InvalidArgumentException('MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6')
  }
  if (query === undefined) {
    throw new InvalidArgumentException('MetadataExtractionQuery is required when MetadataExtraction processor is used.')
  }
  return { kind: 'metadata', query, engine: 'JQ-1.6' }
}

/** AWS's parameter cannot be blank, so that a newline is written as the two characters `\n`. */
function readDelimiter(given: Parameters): Processor {
  const text = given.get('Delimiter') ?? '\\n'
  const bytes = Buffer.from(text.replaceAll('\\n', '\n').replaceAll('\\r', '\r').replaceAll('\\t', '\t'))
  return { kind: 'delimiter', bytes }
}
