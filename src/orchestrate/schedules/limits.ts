/** AWS's numbers for schedules, rules, triggers and crawlers, each with its page. */

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
export const eventAgeSecondsMax = 86_400
export const retryAttemptsMax = 185

/** A start date may lie this far back. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export const startDateAgeSecondsMax = 300

/** Targets of one rule. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const targetsPerRuleMax = 5

/** Glue's triggers and crawlers run no more often. https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html */
export const gluePeriodSecondsMin = 300
