/** Scripts of jobs: objects under `_scripts/<lake>/`, whose keys tell the lake and the job. Their text is what is wanted. */
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { scriptFolder } from '../script-key.ts'
import { owned as ownedBuckets, versionsGone } from './bucket.ts'

export type ScriptState = { readonly text: string }

/** Their names are `bucket/key`. */
const placeOf = (name: string) => {
  const slash = name.indexOf('/')
  return { Bucket: name.slice(0, slash), Key: name.slice(slash + 1) }
}

export const script = kind<ScriptState>({
  name: 'script',
  summary: ({ text }) => `${text.split('\n').length} lines`,
  async read({ invoke }, name) {
    const found = await present<{ Body?: unknown }>(
      invoke('s3', 'GetObject', placeOf(name)),
      'NoSuchKey',
      'NoSuchBucket',
    )
    return found && { text: await textOf(found.Body) }
  },
  create: put,
  change: put,
  async remove(aws, name) {
    const { Bucket, Key } = placeOf(name)
    await present(versionsGone(aws, Bucket, { Prefix: Key, only: Key }), 'NoSuchBucket')
  },
  within: name => `bucket ${placeOf(name).Bucket}`,
  async owned(aws) {
    const own: string[] = []
    for (const Bucket of await ownedBuckets(aws)) {
      const Prefix = scriptFolder(aws.lake)
      const keys = await listed(
        pages<{ Contents?: readonly { Key: string }[]; NextContinuationToken?: string }>(
          more => aws.invoke('s3', 'ListObjectsV2', { Bucket, Prefix, ...more }),
          ({ NextContinuationToken: ContinuationToken }) =>
            ContinuationToken === undefined ? undefined : { ContinuationToken },
        ),
        page => page.Contents?.map(({ Key }) => Key),
      )
      own.push(...keys.map(key => `${Bucket}/${key}`))
    }
    return own
  },
  lakeOf: name => /^[^/]+\/_scripts\/([^/]+)\//.exec(name)?.[1],
})

async function put({ invoke }: Aws, name: string, { text }: ScriptState): Promise<void> {
  const { Bucket, Key } = placeOf(name)
  const Body = new TextEncoder().encode(text)
  const ContentType = Key.endsWith('.sql') ? 'application/sql' : 'text/javascript'
  await invoke('s3', 'PutObject', { Bucket, Key, Body, ContentLength: Body.length, ContentType })
}

async function textOf(body: unknown): Promise<string> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}
