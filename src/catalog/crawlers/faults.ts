// Glue's crawlers say no in these words.
import { faultClass } from '../../gateway/fault.ts'

export const EntityNotFoundException = faultClass('EntityNotFoundException')
export const AlreadyExistsException = faultClass('AlreadyExistsException')
export const InvalidInputException = faultClass('InvalidInputException')
export const CrawlerRunningException = faultClass('CrawlerRunningException')
export const CrawlerNotRunningException = faultClass('CrawlerNotRunningException')
export const CrawlerStoppingException = faultClass('CrawlerStoppingException')
export const AccessDeniedException = faultClass('AccessDeniedException')

export const noSuchCrawler = (name: string) =>
  new EntityNotFoundException(`Crawler entry with name ${name} does not exist`)
export const crawlerExists = (name: string) => new AlreadyExistsException(`${name} already exists`)
export const crawlerRunning = (name: string) =>
  new CrawlerRunningException(`Crawler with name ${name} has already started`)
export const crawlerNotRunning = (name: string) =>
  new CrawlerNotRunningException(`Crawler with name ${name} isn't running`)
export const crawlerStopping = (name: string) => new CrawlerStoppingException(`Crawler with name ${name} is stopping`)
