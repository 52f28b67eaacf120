// AWS's rules for names, told where the name is written down instead of when the resource is made.
import { DefinitionMistake, told } from './mistake.ts'

interface Rule {
  readonly pattern: RegExp
  readonly words: string
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const streamName: Rule = { pattern: /^[\w.-]{1,128}$/, words: '1 to 128 letters, digits, and the signs _ . -' }
/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
export const deliveryName: Rule = { pattern: /^[\w.-]{1,64}$/, words: '1 to 64 letters, digits, and the signs _ . -' }
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName: Rule = {
  pattern:
    /^(?!xn--|sthree-|amzn-s3-demo-|\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  words: '3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
}
/** Athena takes lower case only. https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html */
export const tableName: Rule = {
  pattern: /^[a-z0-9_]{1,255}$/,
  words: '1 to 255 lower-case letters, digits and underscores',
}
/** As records spell it. The catalog has it in lower case: Athena and SQL tell no case apart. */
export const columnName: Rule = {
  // What every object has already cannot be a member that is assigned.
  pattern: /^(?!__proto__$)\w{1,255}$/,
  words: '1 to 255 letters (a to z, A to Z), digits and underscores; so are the members of its records',
}
/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html */
export const jobName: Rule = {
  pattern: /^[\w .-]{1,255}$/,
  words: '1 to 255 letters, digits, spaces and the signs _ . -',
}
export const crawlerName: Rule = jobName
/** https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html */
export const workgroupName: Rule = {
  pattern: /^[\w.-]{1,128}$/,
  words: '1 to 128 letters, digits, and the signs _ . -',
}
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const roleName: Rule = {
  pattern: /^[\w+=,.@-]{1,64}$/,
  words: '1 to 64 letters, digits and the signs + = , . @ _ -',
}
/** Part of the names of schedule groups, roles and the database; so it keeps to what all of them take. */
export const lakeName: Rule = {
  pattern: /^[a-z][a-z0-9-]{0,31}$/,
  words: '1 to 32 lower-case letters, digits and hyphens, beginning with a letter',
}

/** The name, when it keeps to the rule; `what` begins the sentence: "A stream's name". */
export function named(what: string, name: string, { pattern, words }: Rule): string {
  if (typeof name !== 'string' || !pattern.test(name))
    throw new DefinitionMistake(`${what} is ${words}: ${told(name)}${insteadOf(name, pattern)}`)
  return name
}

/** What was meant, most likely: another separator, or lower case with one where a capital was. */
function insteadOf(name: unknown, pattern: RegExp): string {
  if (typeof name !== 'string') return ''
  const inLowerCase = name.replace(/(?<=[a-z\d])(?=[A-Z])/g, ' ').toLowerCase()
  const candidates = [name, inLowerCase].flatMap(text =>
    ['_', '-'].map(sign => text.replace(/[^A-Za-z\d]+/g, sign).replace(/^[_-]+|[_-]+$/g, '')),
  )
  const found = candidates.find(candidate => candidate !== name && pattern.test(candidate))
  return found === undefined ? '' : `. Such a name is ${JSON.stringify(found)}.`
}
