/**
 * The roles of a definition's parts, with the least that each needs, derived from what the part reads and writes. One
 * statement is one concern. Records that cannot be processed need a right where a delivery looks into records.
 */
import { type AccountOption, type Acts, derivedRoleName, type Place, placeOf } from './acting.ts'
import { type AnyPart, databaseOf, type LakeDefinition } from './lake.ts'
import type { Bucket, Location } from './parts/bucket.ts'
import type { Crawler } from './parts/crawler.ts'
import type { Delivery } from './parts/delivery.ts'
import type { Job } from './parts/job.ts'
import type { ActingService } from './parts/role.ts'
import type { Table } from './parts/table.ts'
import { scriptKey } from './script-key.ts'

export interface Right {
  readonly actions: readonly string[]
  readonly on: readonly string[]
  /** IAM's conditions. */
  readonly when?: { readonly [operator: string]: { readonly [key: string]: string } }
  /** In words, what it is for. */
  readonly why: string
  /** Needed on AWS alone: here nobody asks for any of it. */
  readonly onAws?: true
}

export interface DerivedRole {
  readonly name: string
  readonly acts: Acts
  readonly for: ActingService
  readonly may: readonly Right[]
}

/** The roles that a part acts in and is started by, but for one that it was given. */
export function rightsOf(part: AnyPart, definition: LakeDefinition, account: AccountOption): readonly DerivedRole[] {
  const lake = new Rights(definition, placeOf(definition, account))
  switch (part.kind) {
    case 'delivery':
      return part.role ? [] : [lake.role(part.name, 'delivery', 'firehose', lake.delivery(part))]
    case 'job':
      return [
        ...(part.role ? [] : [lake.role(part.name, 'job', 'glue', lake.job(part))]),
        ...(part.schedule ? [lake.starting(part.name, 'job')] : []),
      ]
    case 'crawler':
      return [
        ...(part.role ? [] : [lake.role(part.name, 'crawler', 'glue', lake.crawler(part))]),
        ...(part.schedule ? [lake.starting(part.name, 'crawler')] : []),
      ]
    default:
      return []
  }
}

const bucketArn = ({ name }: Bucket) => `arn:aws:s3:::${name}`
const objectsOf = ({ bucket, prefix }: Location) => `${bucketArn(bucket)}/${prefix}*`
/** Before the first of Firehose's expressions. */
const fixedPart = (prefix: string) => prefix.split('!{')[0] ?? ''
const unique = (values: readonly string[]) => [...new Set(values)]

class Rights {
  readonly #definition: LakeDefinition
  readonly #place: Place

  constructor(definition: LakeDefinition, place: Place) {
    this.#definition = definition
    this.#place = place
  }

  role(part: string, acts: Acts, service: ActingService, may: readonly Right[]): DerivedRole {
    return { name: derivedRoleName(this.#place.lake, part, acts), acts, for: service, may }
  }

  starting(part: string, acts: 'job' | 'crawler'): DerivedRole {
    const action = acts === 'job' ? 'glue:StartJobRun' : 'glue:StartCrawler'
    const may = [{ actions: [action], on: [this.#glue(`${acts}/${part}`)], why: `to start the ${acts}` }]
    return this.role(part, `${acts}-schedule`, 'scheduler', may)
  }

  delivery({ from, to, into, by = [], errors }: Delivery): readonly Right[] {
    const { account, region } = this.#place
    const bucket = bucketArn(to.bucket)
    return [
      ...(from
        ? [
            {
              actions: [
                'kinesis:DescribeStream',
                'kinesis:GetShardIterator',
                'kinesis:GetRecords',
                'kinesis:ListShards',
              ],
              on: [`arn:aws:kinesis:${region}:${account}:stream/${from.name}`],
              why: `to read the stream ${from.name}`,
            },
          ]
        : []),
      {
        actions: [
          's3:AbortMultipartUpload',
          's3:GetBucketLocation',
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:PutObject',
        ],
        on: unique([
          bucket,
          objectsOf(to),
          ...(into || by.length > 0 ? [objectsOf({ ...to, prefix: fixedPart(errors) })] : []),
        ]),
        why: 'to write what it delivers',
      },
      ...(into ? [this.#schema(into)] : []),
      ...this.#keys(['kms:Decrypt'], from?.kmsKey === undefined ? [] : [from.kmsKey], 'kinesis', 'to read the stream'),
      ...this.#writing([to.bucket]),
    ]
  }

  #schema({ name, database = databaseOf(this.#definition) }: Table): Right {
    return {
      actions: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
      on: ['catalog', `database/${database}`, `table/${database}/${name}`].map(one => this.#glue(one)),
      why: `to know the columns of the table ${name}`,
    }
  }

  job(part: Job): readonly Right[] {
    const { from, into, reads, write, deadLetters } = part
    const tables = [...(from.kind === 'table' ? [from] : []), ...reads]
    const folder = from.kind === 'table' ? [] : [from.kind === 'files' ? from.at : from.to]
    const read = [...folder, ...tables.map(({ at }) => at)]
    const written = [into.at, ...(deadLetters ? [deadLetters] : [])]
    const script: Location = { ...into.at, prefix: scriptKey(this.#place.lake, part) }
    const listed = [...read, ...(write === 'replace' ? [into.at] : [])].map(({ bucket }) => bucketArn(bucket))
    return [
      {
        actions: ['s3:GetObject'],
        on: [`${bucketArn(script.bucket)}/${script.prefix}`],
        why: 'to read its script',
      },
      {
        actions: ['s3:GetBucketLocation', 's3:ListBucket'],
        on: unique(listed),
        why: write === 'replace' ? 'to find what it reads and what it replaces' : 'to find what it reads',
      },
      { actions: ['s3:GetObject'], on: unique(read.map(objectsOf)), why: 'to read it' },
      {
        // What a run wrote goes again when its bookmark is rewound, and when a table is replaced.
        actions: ['s3:DeleteObject', 's3:PutObject'],
        on: [objectsOf(into.at)],
        why: `to write the table ${into.name}`,
      },
      ...(deadLetters
        ? [{ actions: ['s3:PutObject'], on: [objectsOf(deadLetters)], why: 'to write its dead letters' }]
        : []),
      {
        actions: [
          'glue:GetDatabase',
          'glue:GetTable',
          'glue:GetPartition',
          'glue:GetPartitions',
          'glue:BatchCreatePartition',
          ...(write === 'replace' ? ['glue:BatchDeletePartition'] : []),
        ],
        on: this.#tables([into]),
        why: `to register what it writes in the table ${into.name}`,
      },
      ...(tables.length > 0
        ? [
            {
              actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions'],
              on: this.#tables(tables),
              why: 'to know the tables it reads',
              onAws: true as const,
            },
          ]
        : []),
      ...this.#reading([script.bucket, ...read.map(({ bucket }) => bucket)]),
      ...this.#writing(written.map(({ bucket }) => bucket)),
      this.#logs(),
    ]
  }

  crawler({ at, database = databaseOf(this.#definition) }: Crawler): readonly Right[] {
    return [
      { actions: ['s3:GetBucketLocation', 's3:ListBucket'], on: [bucketArn(at.bucket)], why: 'to find objects' },
      { actions: ['s3:GetObject'], on: [objectsOf(at)], why: 'to look into objects' },
      {
        actions: [
          'glue:GetDatabase',
          'glue:GetTable',
          'glue:GetTables',
          'glue:CreateTable',
          'glue:UpdateTable',
          'glue:GetPartition',
          'glue:GetPartitions',
          'glue:BatchGetPartition',
          'glue:BatchCreatePartition',
          'glue:UpdatePartition',
        ],
        on: [this.#glue('catalog'), this.#glue(`database/${database}`), this.#glue(`table/${database}/*`)],
        why: 'to register tables and partitions',
      },
      ...this.#reading([at.bucket]),
      this.#logs(),
    ]
  }

  #glue(resource: string): string {
    return `arn:aws:glue:${this.#place.region}:${this.#place.account}:${resource}`
  }

  #tables(tables: readonly Table[]): readonly string[] {
    return unique([
      this.#glue('catalog'),
      ...tables.flatMap(({ name, database = databaseOf(this.#definition) }) => [
        this.#glue(`database/${database}`),
        this.#glue(`table/${database}/${name}`),
      ]),
    ])
  }

  #reading(buckets: readonly Bucket[]): readonly Right[] {
    return this.#keys(['kms:Decrypt'], keysOf(buckets), 's3', 'to read encrypted objects')
  }

  /** Decrypting too: an object in several parts is put together from encrypted ones. */
  #writing(buckets: readonly Bucket[]): readonly Right[] {
    return this.#keys(['kms:Decrypt', 'kms:GenerateDataKey'], keysOf(buckets), 's3', 'to write encrypted objects')
  }

  /** An alias is no resource of a policy: it is the condition on any key of the account. */
  #keys(actions: readonly string[], keys: readonly string[], service: string, why: string): readonly Right[] {
    const { account, region } = this.#place
    const via = { 'kms:ViaService': `${service}.${region}.amazonaws.com` }
    return unique(keys).map(key => {
      const alias = /(?:^|:)(alias\/.+)$/.exec(key)?.[1]
      const named = key.startsWith('arn:') ? key : `arn:aws:kms:${region}:${account}:key/${key}`
      return alias === undefined
        ? { actions, on: [named], when: { StringEquals: via }, why, onAws: true }
        : {
            actions,
            on: [`arn:aws:kms:${region}:${account}:key/*`],
            when: { StringEquals: via, 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
            why,
            onAws: true,
          }
    })
  }

  #logs(): Right {
    const { account, region } = this.#place
    return {
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      on: [`arn:aws:logs:${region}:${account}:log-group:/aws-glue/*`],
      why: 'to write its log',
      onAws: true,
    }
  }
}

const keysOf = (buckets: readonly Bucket[]) =>
  buckets.flatMap(({ encryption }) => (encryption === 'AES256' ? [] : [encryption.kmsKey]))
