// A filter in words and the expression it stands for, both ways.
export * from "./model";
export { parseExpression, readFilter } from "./read";
export { tokens } from "./tokens";
export { allOf, conditionExpression, literal, quote, toExpression, writeFilter } from "./write";
