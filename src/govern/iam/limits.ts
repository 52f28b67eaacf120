/**
 * AWS's numbers for IAM and STS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */

export const accessKeysPerUserMax = 2
export const attachedPoliciesMax = 10
export const groupsPerUserMax = 10
export const policyVersionsMax = 5
export const rolesPerProfileMax = 1
export const tagsMax = 50
/** Characters without whitespace, all inline policies of one identity together. */
export const inlineCharactersMax = { user: 2048, role: 10_240, group: 5120 } as const
export const managedPolicyCharactersMax = 6144
export const trustPolicyCharactersMax = 2048
export const itemsPerPage = 100
export const sessionSecondsDefault = 3600
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export const tokenSecondsDefault = 43_200
export const rootTokenSecondsMax = 3600
/** A role that was assumed with a role's credentials: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
export const chainedSecondsMax = 3600
