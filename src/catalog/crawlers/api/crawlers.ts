// Definitions of crawlers.
import { operation } from '../../../gateway/operation.ts'
import { integer, list, optional, string } from '../../../gateway/shape.ts'
import type { Crawlers } from '../crawlers.ts'
import { noSuchCrawler } from '../faults.ts'
import { pageCrawlersMax } from '../limits.ts'
import {
  awsCrawler,
  crawler,
  crawlerArn,
  createMembers,
  givenDefinition,
  name,
  names,
  newDefinition,
  pagePosition,
  pageToken,
  passedToGlue,
  tags,
  updateMembers,
} from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateCrawler.html */
export const CreateCrawler = operation({
  input: { ...createMembers, Tags: optional(tags) },
  output: {},
  resource: (input, call) => crawlerArn(call, input.Name),
  passes: (input, call) => passedToGlue(call, input.Role),
  async handle(crawlers: Crawlers, input, call) {
    const { Name, Tags: tags = {}, Schedule: schedule = '' } = input
    await crawlers.create(call, newDefinition(Name, givenDefinition(input)), { tags, schedule })
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawler.html */
export const GetCrawler = operation({
  input: { Name: name },
  output: { Crawler: optional(crawler) },
  resource: (input, call) => crawlerArn(call, input.Name),
  handle(crawlers: Crawlers, input, call) {
    const found = crawlers.find(call, input.Name)
    if (!found) throw noSuchCrawler(input.Name)
    return { Crawler: awsCrawler(found, crawlers.scheduleOf(call, found.name), call.at) }
  },
})

const page = { MaxResults: optional(integer({ min: 1, max: 1000 })), NextToken: optional(string()) }

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlers.html */
export const GetCrawlers = operation({
  input: page,
  output: { Crawlers: optional(list(crawler)), NextToken: optional(string()) },
  resource: (_, call) => crawlerArn(call, '*'),
  handle(crawlers: Crawlers, input, call) {
    const limit = input.MaxResults ?? pageCrawlersMax
    const found = crawlers.list(call, pagePosition(input.NextToken), limit + 1)
    const shown = found.slice(0, limit)
    return {
      Crawlers: shown.map(each => awsCrawler(each, crawlers.scheduleOf(call, each.name), call.at)),
      NextToken: found.length > limit ? pageToken(shown.at(-1)?.name ?? '') : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawlers.html: at most a hundred names a page. */
export const ListCrawlers = operation({
  input: { ...page, Tags: optional(tags) },
  output: { CrawlerNames: optional(names), NextToken: optional(string()) },
  resource: (_, call) => crawlerArn(call, '*'),
  handle(crawlers: Crawlers, input, call) {
    const limit = Math.min(input.MaxResults ?? 100, 100)
    const wanted = Object.entries(input.Tags ?? {})
    const found: string[] = []
    for (let after = pagePosition(input.NextToken); ; ) {
      const some = crawlers.list(call, after, pageCrawlersMax)
      for (const { name } of some) {
        const has = crawlers.tags(call, name)
        if (found.length <= limit && wanted.every(([key, value]) => has[key] === value)) found.push(name)
      }
      const last = some.at(-1)
      if (!last || found.length > limit) break
      after = last.name
    }
    const shown = found.slice(0, limit)
    return { CrawlerNames: shown, NextToken: found.length > limit ? pageToken(shown.at(-1) ?? '') : undefined }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetCrawlers.html */
export const BatchGetCrawlers = operation({
  input: { CrawlerNames: names },
  output: { Crawlers: optional(list(crawler)), CrawlersNotFound: optional(names) },
  resource: (input, call) => input.CrawlerNames.map(each => crawlerArn(call, each)),
  handle(crawlers: Crawlers, input, call) {
    const found = input.CrawlerNames.flatMap(each => crawlers.find(call, each) ?? [])
    return {
      Crawlers: found.map(each => awsCrawler(each, crawlers.scheduleOf(call, each.name), call.at)),
      CrawlersNotFound: input.CrawlerNames.filter(each => !crawlers.find(call, each)),
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawler.html: what is left out stays; an empty Schedule takes it away. */
export const UpdateCrawler = operation({
  input: updateMembers,
  output: {},
  resource: (input, call) => crawlerArn(call, input.Name),
  passes: (input, call) => passedToGlue(call, input.Role),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.update(call, input.Name, givenDefinition(input), input.Schedule)
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteCrawler.html */
export const DeleteCrawler = operation({
  input: { Name: name },
  output: {},
  resource: (input, call) => crawlerArn(call, input.Name),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.delete(call, input.Name)
    return {}
  },
})
