// A job's script: SQL in Athena's language, read from S3 when the run starts. A script for Spark is refused at once,
// because a job that cannot run must not look as if it had.
import { InvalidInputException } from './faults.ts'
import { scriptBytesMax } from './limits.ts'
import { parseLocation } from './location.ts'
import type { Objects } from './ports.ts'

/** What the embedded engine cannot run, by the name of the file. */
const otherLanguages: Readonly<Record<string, string>> = { py: 'Python', scala: 'Scala', jar: 'Java', ipynb: 'Python' }
const pythonLine =
  /^(?:#!.*python|from\s+[\w.]+\s+import\b|import\s+[A-Za-z_][\w.]*(?:\s*$|\s*,|\s+as\b)|def\s+\w+\s*\(|class\s+\w+.*:\s*$|\w+\s*=\s*getResolvedOptions)/m

/** Throws InvalidInputException when the name alone tells that it is no SQL. */
export function refuseOtherLanguage(location: string): void {
  const language = otherLanguages[location.slice(location.lastIndexOf('.') + 1).toLowerCase()]
  if (language) throw notSql(location, language)
}

/** The text, or undefined when there is no such object. */
export async function readScript(s3: Pick<Objects, 'latest' | 'read'>, location: string): Promise<string | undefined> {
  refuseOtherLanguage(location)
  const { bucket, key } = parseLocation(location, 'The location of the script')
  const object = s3.latest(bucket, key)
  if (!object) return undefined
  if (object.bytes > scriptBytesMax)
    throw new InvalidInputException(
      `The script ${location} has ${object.bytes} bytes; a script may have at most ${scriptBytesMax}.`,
    )
  const chunks: Uint8Array[] = []
  for await (const chunk of s3.read(object)) chunks.push(chunk)
  const text = new TextDecoder().decode(Buffer.concat(chunks))
  if (pythonLine.test(text)) throw notSql(location, 'Python')
  return text
}

const notSql = (location: string, language: string) =>
  new InvalidInputException(
    `The script ${location} is ${language}. The embedded engine runs Athena SQL only, and there is no Spark or Python ` +
      `here to run it, so the job was not started. Write the script as one statement, INSERT INTO target SELECT … FROM ` +
      `source or UNLOAD (SELECT … FROM source) TO 's3://…' WITH (…), store it as .sql and set Command.ScriptLocation to it.`,
  )
