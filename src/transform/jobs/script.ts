// A job's script: SQL in Athena's language, read from S3 when the run starts. A script for Spark is refused at once,
// because a job that cannot run must not look as if it had.
import { InvalidInputException } from './faults.ts'
import { scriptBytesMax, scriptsHeldMax } from './limits.ts'
import { parseLocation } from './location.ts'
import { moduleExtension } from './module-plan.ts'
import type { InputObject, Objects } from './ports.ts'

/** What the embedded engine cannot run, by the name of the file. */
const otherLanguages: Readonly<Record<string, string>> = { py: 'Python', scala: 'Scala', jar: 'Java', ipynb: 'Python' }
const pythonLine =
  /^(?:#!.*python|from\s+[\w.]+\s+import\b|import\s+[A-Za-z_][\w.]*(?:\s*$|\s*,|\s+as\b)|def\s+\w+\s*\(|class\s+\w+.*:\s*$|\w+\s*=\s*getResolvedOptions)/m

/** Throws InvalidInputException when the name alone tells that it is no SQL. */
function refuseOtherLanguage(location: string): void {
  const language = otherLanguages[location.slice(location.lastIndexOf('.') + 1).toLowerCase()]
  if (language) throw notSql(location, language)
}

export interface Script {
  /** Names the content: another for another text. */
  readonly blob: string
  readonly text: string
}

/** Read once, and again when another object is there. */
export class Scripts {
  readonly #s3: Pick<Objects, 'latest' | 'read'>
  /** By location, the ones used last at the end. */
  readonly #held = new Map<string, Script>()

  constructor({ s3 }: { readonly s3: Pick<Objects, 'latest' | 'read'> }) {
    this.#s3 = s3
  }

  /** Undefined when there is no such object. */
  async read(location: string): Promise<Script | undefined> {
    refuseOtherLanguage(location)
    const { bucket, key } = parseLocation(location, 'The location of the script')
    const object = this.#s3.latest(bucket, key)
    if (!object) return undefined
    const held = this.#held.get(location)
    const script =
      held?.blob === object.blob ? held : { blob: object.blob, text: await textOf(this.#s3, object, location) }
    this.#held.delete(location)
    this.#held.set(location, script)
    for (const oldest of this.#held.keys()) if (this.#held.size > scriptsHeldMax) this.#held.delete(oldest)
    return script
  }
}

async function textOf(s3: Pick<Objects, 'read'>, object: InputObject, location: string): Promise<string> {
  if (object.bytes > scriptBytesMax)
    throw new InvalidInputException(
      `The script ${location} has ${object.bytes} bytes; a script may have at most ${scriptBytesMax}.`,
    )
  const chunks: Uint8Array[] = []
  for await (const chunk of s3.read(object)) chunks.push(chunk)
  const text = new TextDecoder().decode(Buffer.concat(chunks))
  if (moduleExtension(location) === undefined && pythonLine.test(text)) throw notSql(location, 'Python')
  return text
}

const notSql = (location: string, language: string) =>
  new InvalidInputException(
    `The script ${location} is ${language}. The embedded engine runs Athena SQL only, and there is no Spark or Python ` +
      `here to run it, so the job was not started. Write the script as one statement, INSERT INTO target SELECT … FROM ` +
      `source or UNLOAD (SELECT … FROM source) TO 's3://…' WITH (…), store it as .sql and set Command.ScriptLocation to it; ` +
      'or as a module for batches of rows (.mjs, .js, .ts).',
  )
