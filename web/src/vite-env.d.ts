/** What the build makes, for the type checker. */
declare module "virtual:surveying-worker" {
  const code: string;
  export default code;
}
declare module "virtual:decoding-worker" {
  const code: string;
  export default code;
}
