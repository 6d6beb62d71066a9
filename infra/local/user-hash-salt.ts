/** What user ids are hashed with in the logs of the local runtime. */
export const LOCAL_USER_HASH_SALT = 'the local runtime has nothing to hide'
