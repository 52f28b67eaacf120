// Crawls: starting and stopping them, their history and their figures.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  double,
  enumeration,
  integer,
  list,
  optional,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import type { Crawl } from '../crawler.ts'
import type { Crawlers } from '../crawlers.ts'
import { pageCrawlersMax } from '../limits.ts'
import { awsLogs, crawlerArn, crawlLogs, name, names, pagePosition, pageToken } from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawler.html */
export const StartCrawler = operation({
  input: { Name: name },
  output: {},
  resource: (input, call) => crawlerArn(call, input.Name),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.startCrawl(call, input.Name, { isUnattended: call.invokedBy !== undefined })
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawler.html */
export const StopCrawler = operation({
  input: { Name: name },
  output: {},
  resource: (input, call) => crawlerArn(call, input.Name),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.stopCrawl(call, input.Name)
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlerMetrics.html: of the last crawl that has ended. */
export const GetCrawlerMetrics = operation({
  input: {
    CrawlerNameList: optional(names),
    MaxResults: optional(integer({ min: 1, max: 1000 })),
    NextToken: optional(string()),
  },
  output: {
    CrawlerMetricsList: optional(
      list(
        structure({
          CrawlerName: optional(name),
          TimeLeftSeconds: optional(double({ min: 0 })),
          StillEstimating: optional(boolean()),
          LastRuntimeSeconds: optional(double({ min: 0 })),
          MedianRuntimeSeconds: optional(double({ min: 0 })),
          TablesCreated: optional(integer({ min: 0 })),
          TablesUpdated: optional(integer({ min: 0 })),
          TablesDeleted: optional(integer({ min: 0 })),
        }),
      ),
    ),
    NextToken: optional(string()),
  },
  resource: (_, call) => crawlerArn(call, '*'),
  handle(crawlers: Crawlers, input, call) {
    const limit = input.MaxResults ?? pageCrawlersMax
    const chosen = input.CrawlerNameList?.length ? input.CrawlerNameList : undefined
    const listed = chosen
      ? chosen.flatMap(each => crawlers.find(call, each) ?? [])
      : crawlers.list(call, pagePosition(input.NextToken), limit + 1)
    const shown = listed.slice(0, limit)
    return {
      CrawlerMetricsList: shown.map(({ name, state }) =>
        metricsOf(name, state !== 'READY', crawlers.crawls(call, name)),
      ),
      NextToken: !chosen && listed.length > limit ? pageToken(shown.at(-1)?.name ?? '') : undefined,
    }
  },
})

function metricsOf(crawlerName: string, busy: boolean, crawls: readonly Crawl[]) {
  const ended = crawls.filter(({ state }) => state !== 'RUNNING')
  const last = ended[0]
  const times = ended.map(({ milliseconds }) => milliseconds / 1000).sort((a, b) => a - b)
  return {
    CrawlerName: crawlerName,
    // How long a crawl will take is not known, so none of it is said: AWS's word for that is "still estimating".
    StillEstimating: busy,
    TimeLeftSeconds: busy ? undefined : 0,
    LastRuntimeSeconds: (last?.milliseconds ?? 0) / 1000,
    MedianRuntimeSeconds: times[Math.floor((times.length - 1) / 2)] ?? 0,
    TablesCreated: last?.changes.tablesCreated ?? 0,
    TablesUpdated: last?.changes.tablesUpdated ?? 0,
    TablesDeleted: last?.changes.tablesDeleted ?? 0,
  }
}

/** https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawls.html: newest first. */
export const ListCrawls = operation({
  input: {
    CrawlerName: name,
    MaxResults: optional(integer({ min: 1, max: 1000 })),
    NextToken: optional(string()),
  },
  output: {
    Crawls: optional(
      list(
        structure({
          ...crawlLogs,
          CrawlId: optional(string()),
          State: optional(enumeration('RUNNING', 'COMPLETED', 'FAILED', 'STOPPED')),
          EndTime: optional(timestamp()),
          Summary: optional(name),
        }),
      ),
    ),
    NextToken: optional(string()),
  },
  resource: (input, call) => crawlerArn(call, input.CrawlerName),
  handle(crawlers: Crawlers, input, call) {
    const limit = input.MaxResults ?? 20
    const crawls = crawlers.crawls(call, input.CrawlerName)
    const after = pagePosition(input.NextToken)
    const from = after === '' ? 0 : crawls.findIndex(({ id }) => id === after) + 1
    const shown = crawls.slice(from, from + limit)
    return {
      Crawls: shown.map(crawl => ({
        ...awsLogs(input.CrawlerName, crawl),
        CrawlId: crawl.id,
        State: crawl.state,
        EndTime: crawl.endedAt,
        Summary: summaryOf(crawl),
      })),
      NextToken: from + limit < crawls.length ? pageToken(shown.at(-1)?.id ?? '') : undefined,
    }
  },
})

/** AWS's form: JSON in a string, what was done to tables and partitions. */
function summaryOf({ changes }: Crawl): string {
  return JSON.stringify({
    TABLE: { ADD: changes.tablesCreated, UPDATE: changes.tablesUpdated, DELETE: changes.tablesDeleted },
    PARTITION: { ADD: changes.partitionsAdded, UPDATE: changes.partitionsUpdated, DELETE: changes.partitionsDeleted },
    ...(changes.foldersSkipped > 0 && { SKIPPED_FOLDERS: changes.foldersSkipped }),
  })
}
