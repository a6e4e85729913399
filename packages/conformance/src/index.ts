export * from "./context.js";
export { describeBackend, type DescribeOptions } from "./describe-backend.js";
export { ConformanceFailure } from "./failure.js";
export { families } from "./families.js";
export { type Group, groups, suite, type SuiteOptions } from "./suite.js";
export { threeVerbs } from "./three-verbs.js";
