// When crawlers begin by themselves.
import { operation } from '../../../gateway/operation.ts'
import { optional, string } from '../../../gateway/shape.ts'
import type { Crawlers } from '../crawlers.ts'
import { crawlerArn, name } from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawlerSchedule.html: an empty Schedule takes it away. */
export const UpdateCrawlerSchedule = operation({
  input: { CrawlerName: name, Schedule: optional(string()) },
  output: {},
  resource: (input, call) => crawlerArn(call, input.CrawlerName),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.setSchedule(call, input.CrawlerName, input.Schedule ?? '')
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawlerSchedule.html */
export const StartCrawlerSchedule = operation({
  input: { CrawlerName: name },
  output: {},
  resource: (input, call) => crawlerArn(call, input.CrawlerName),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.startSchedule(call, input.CrawlerName)
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawlerSchedule.html: a crawl that is under way goes on. */
export const StopCrawlerSchedule = operation({
  input: { CrawlerName: name },
  output: {},
  resource: (input, call) => crawlerArn(call, input.CrawlerName),
  async handle(crawlers: Crawlers, input, call) {
    await crawlers.stopSchedule(call, input.CrawlerName)
    return {}
  },
})
