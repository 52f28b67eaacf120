/** Glue crawlers. When they run is a schedule's matter, and one that somebody gave to the crawler itself is taken away. */
import { same } from '../changes.ts'
import { listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { glueRetag, glueTags, nextToken, noEntity, tagged } from './glue.ts'
import { mark, type Tags } from './tags.ts'

export type CrawlerState = {
  readonly role: string
  readonly database: string
  readonly paths: readonly string[]
  readonly tablePrefix: string
  /** Its own, in Glue's cron: none, for EventBridge Scheduler starts it, which knows zones and rates too. */
  readonly schedule: string
  readonly tags: Tags
}

interface Crawler {
  readonly Role?: string
  readonly DatabaseName?: string
  readonly TablePrefix?: string
  readonly Schedule?: { readonly ScheduleExpression?: string }
  readonly Targets?: { readonly S3Targets?: readonly { readonly Path?: string }[] }
}

const bodyOf = ({ role, database, paths, tablePrefix }: CrawlerState) => ({
  Role: role,
  DatabaseName: database,
  TablePrefix: tablePrefix,
  Targets: { S3Targets: paths.map(Path => ({ Path })) },
})

export const crawler = kind<CrawlerState>({
  name: 'crawler',
  summary: ({ paths, database }) => `${paths.join(', ')} into ${database}`,
  async read(aws, Name) {
    const found = await present<{ Crawler: Crawler }>(aws.invoke('glue', 'GetCrawler', { Name }), noEntity)
    if (!found) return undefined
    const { Role = '', DatabaseName = '', TablePrefix = '', Schedule, Targets } = found.Crawler
    return {
      role: Role,
      database: DatabaseName,
      paths: (Targets?.S3Targets ?? []).map(({ Path = '' }) => Path),
      tablePrefix: TablePrefix,
      schedule: Schedule?.ScheduleExpression ?? '',
      tags: await glueTags(aws, `crawler/${Name}`),
    }
  },
  async create({ invoke }, Name, wanted) {
    await invoke('glue', 'CreateCrawler', { Name, ...bodyOf(wanted), Tags: wanted.tags })
  },
  async change(aws, Name, wanted, found) {
    if (!same({ ...wanted, tags: {} }, { ...found, tags: {} }))
      await aws.invoke('glue', 'UpdateCrawler', { Name, ...bodyOf(wanted), Schedule: wanted.schedule })
    await glueRetag(aws, `crawler/${Name}`, wanted.tags, found.tags)
  },
  async remove({ invoke }, Name) {
    await present(invoke('glue', 'DeleteCrawler', { Name }), noEntity)
  },
  owned: aws =>
    listed(
      pages<{ CrawlerNames?: readonly string[]; NextToken?: string }>(
        more => aws.invoke('glue', 'ListCrawlers', { ...tagged(aws), ...more }),
        nextToken,
      ),
      page => page.CrawlerNames,
    ),
  lakeOf: (_, { tags }) => tags[mark],
})
