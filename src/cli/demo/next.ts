/** What to try on the lake that the demo leaves running: commands that can be pasted as they stand. */
import { account, analyticsBucket, database, delivery, job, query, rawBucket, stream } from './example.ts'
import type { Screen } from './screen.ts'

export function tryNext(screen: Screen, url: string, data: string | undefined): void {
  screen.title('The lake stays up; its clock goes at your pace now. In another shell:')
  const paste = [
    `export AWS_ENDPOINT_URL=${url} AWS_REGION=ap-northeast-1 AWS_DEFAULT_REGION=ap-northeast-1 AWS_ACCESS_KEY_ID=${account} AWS_SECRET_ACCESS_KEY=test`,
    '',
    `aws s3 ls --recursive s3://${analyticsBucket}/curated/ | head`,
    `echo '{"device_id":"me","temperature":21.5,"timestamp":1760498130}' |`,
    `  aws kinesis put-record --stream-name ${stream} --partition-key me --data fileb:///dev/stdin`,
    `aws firehose describe-delivery-stream --delivery-stream-name ${delivery}`,
    `aws s3 ls --recursive s3://${rawBucket}/raw_data/            # a minute later`,
    `aws glue start-job-run --job-name ${job}`,
    `aws glue get-job-runs --job-name ${job} --query 'JobRuns[0]'`,
    `aws athena start-query-execution --query-execution-context Database=${database} \\`,
    `    --result-configuration OutputLocation=s3://${analyticsBucket}/athena-results/ \\`,
    `    --query-string "${query.replaceAll('\n', ' ')}"`,
    'aws athena get-query-results --query-execution-id <the id it answered>',
  ]
  for (const line of paste) screen.line(line)
  screen.line('')
  screen.line(screen.dim(`Ctrl-C ends it${data === undefined ? ' and removes its data' : ''}.`))
}
