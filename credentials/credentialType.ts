/** The credential's name, which workflows have stored. */
export const CREDENTIAL_TYPE = 'cometApiVideoApi';
