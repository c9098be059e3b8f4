/** Where the server is, for the mini program; set by WEIR_ORIGIN at build time. */
declare const WEIR_ORIGIN: string
declare module '*.css'
