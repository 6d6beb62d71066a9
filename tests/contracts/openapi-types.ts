// Types of shared/contract/openapi.json (sha256 f350e41560f0aaca). Made by npm run generate.
export interface paths {
    "/api/audiences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One page of audiences, newest first unless `sort` says otherwise.
         * @description Rows are summaries: how many segments and variables an audience has, but not which segments and details. `view=full` returns whole audiences. `count` is the number of rows of this page; `next_cursor` is null on the last one. Sorted by what can change, a row that changes between two pages may come again (`-updated_at`: when it was on an earlier page) or not at all. A request that names its user in the query, as clients of the old system do, gets whole audiences, with a `total_audience_size` of 0 when it is not known.
         */
        get: operations["listAudiences"];
        put?: never;
        /**
         * Save an audience: a new one, or the sent fields of the one whose id is given.
         * @description Without `audience_id` a new audience is created, which needs a `name`. With the id of an audience only the fields that are sent change. A client that was offline may choose the id of a new audience (a TypeID whose time is not ahead): then repeating the request is safe as it is. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["saveAudience"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive, delete, restore or tag up to 200 audiences, or ask what that would do.
         * @description `archive`; `restore`: an archived one is active again; `delete` leaves a tombstone; `undelete`, by `ids` only, brings back what was deleted. `tag` and `untag` need `tags`. Either `ids` (200 at most) or a `filter`, which takes what the query of the list takes: the first 200 that it finds are the audiences of this request, and with `next_cursor` the next 200 follow. Each audience decides for itself: `changed`, `unchanged` (it already is so), `refused`, or `retry` with `retry_after_ms` where the store did not take it or there was no time left. The answer is 200 all the same. To repeat a request is safe: what is done is unchanged then. With `dry_run` nothing is written, and the answer says what would be, and of `archive` and `delete` with `usage` what uses each record that would change. With `if_unused` those two refuse a record that is in use (`in-use`).
         */
        post: operations["batchAudiences"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download audiences.
         * @description All audiences that the filters leave, as one file. All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.
         */
        get: operations["exportAudiences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["audiencesHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One audience, with all details.
         * @description The whole audience, with segments and details. Its version is the `ETag`.
         */
        get: operations["getAudience"];
        put?: never;
        post?: never;
        /**
         * Delete an audience. It can be restored for 90 days.
         * @description The audience is no longer listed, and every other route answers 404 for it. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        delete: operations["deleteAudience"];
        options?: never;
        head?: never;
        /**
         * Change an audience by a JSON merge patch (RFC 7396).
         * @description Members that are sent replace the stored ones, objects are merged, and null sets a member back to its default. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        patch: operations["patchAudience"];
        trace?: never;
    };
    "/api/audiences/{audience_id}/distributions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One page of the distributions of the audience, newest first.
         * @description Where and when the audience was sent. The same rows as in the list of all distributions.
         */
        get: operations["listAudienceDistributions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a copy of an audience.
         * @description The copy is a draft with everything that users set of the audience, and with `metadata.copied_from`, its id and version. The conditions are about the audience that is copied. A client that chooses the id of the copy gets the same copy again when it repeats the request. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["duplicateAudience"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download one audience.
         * @description One audience as a file that has its name. All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.
         */
        get: operations["exportAudience"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/insights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sizes of an audience over time, and its hand-overs by platform.
         * @description Sizes come from the audience and the past that is kept of it: `kept_since_version` says how far it reaches, and `gap` whether something before that was not recorded. Nothing is estimated.
         */
        get: operations["getInsightsOfAudience"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undelete an audience with its former status, or bring an archived one back to active.
         * @description Works for 90 days after a deletion. A record that is neither deleted nor archived is 409. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["restoreAudience"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Move an audience to a status.
         * @description From draft to active or archived, from active to archived, from archived to active; any other move is 409. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        put: operations["setAudienceStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What uses an audience: its distributions that are not done, and its refreshes.
         * @description Who would miss the audience: distributions that are not done yet, and platforms that get it again regularly. With `if_unused=true` archiving and deleting it are refused while there are any.
         */
        get: operations["getAudienceUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed an audience, when, and which fields, newest first.
         * @description At most fifty changes are kept, the oldest go first. Changes of a draft by one client within ten minutes share an entry. A change of what only the server sets (a test of a platform, the results of a distribution) has none.
         */
        get: operations["listAudienceVersions"];
        put?: never;
        post?: never;
        /**
         * Forget what an audience was before.
         * @description For a secret that was typed where it does not belong: the entries of the past are removed, and the record gets a new version. Older generations of the object remain for as long as the bucket keeps them. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        delete: operations["forgetAudienceVersions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An audience as it was at a version.
         * @description A version that the list names. `restorable` says whether restoring it would be accepted now, and `obstacles` what stands against it. Credentials are never part of it. A version that is not kept is 404.
         */
        get: operations["getAudienceVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audiences/{audience_id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an audience the values that it had at a version, as one more change.
         * @description The record gets a new version with the values of the old one. What its status does not allow is 409, and so is a version of which a value was too large to keep. Credentials and progress stay as they are. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["restoreAudienceVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One page of distributions, newest first.
         * @description Rows come without snapshots and attempts. `from` and `to` are times, or days of UTC. A request that names its user in the query, as clients of the old system do, gets whole distributions.
         */
        get: operations["listDistributions"];
        put?: never;
        /**
         * Distribute an audience to a platform, immediately or at a later time.
         * @description Audience and platform have to exist and be neither deleted, archived nor disconnected; otherwise the answer is 422 and names the field. What is sent is frozen in `audience_snapshot`. With a `scheduled_at` ahead the distribution waits until then. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["saveDistribution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download distributions, each with the audience as it was sent and every attempt.
         * @description All distributions that the filters leave, whole, as one file. All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.
         */
        get: operations["exportDistributions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["distributionsHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{distribution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One distribution, with the audience as it was sent and every attempt.
         * @description The whole distribution: the audience as it was sent, and every attempt with its outcome.
         */
        get: operations["getDistribution"];
        put?: never;
        post?: never;
        /**
         * Delete a distribution.
         * @description The distribution is no longer listed. What the platform received stays there. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        delete: operations["deleteDistribution"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{distribution_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download one distribution.
         * @description One distribution as a file that has its id. All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.
         */
        get: operations["exportDistribution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{distribution_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Report how the upload goes: its status, its match results or its error.
         * @description For the sender of the upload. Match results belong to completed distributions and errors to failed ones; numbers that were not reported stay null. Repeating a report changes nothing. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        put: operations["setDistributionStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{distribution_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed a distribution, when, and which fields, newest first.
         * @description At most fifty changes are kept, the oldest go first. Changes of a draft by one client within ten minutes share an entry. A change of what only the server sets (a test of a platform, the results of a distribution) has none.
         */
        get: operations["listDistributionVersions"];
        put?: never;
        post?: never;
        /**
         * Forget what a distribution was before.
         * @description For a secret that was typed where it does not belong: the entries of the past are removed, and the record gets a new version. Older generations of the object remain for as long as the bucket keeps them. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        delete: operations["forgetDistributionVersions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{distribution_id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A distribution as it was at a version.
         * @description A version that the list names. `restorable` says whether restoring it would be accepted now, and `obstacles` what stands against it. Credentials are never part of it. A version that is not kept is 404.
         */
        get: operations["getDistributionVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/distributions/{distribution_id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a distribution the values that it had at a version, as one more change.
         * @description The record gets a new version with the values of the old one. What its status does not allow is 409, and so is a version of which a value was too large to keep. Credentials and progress stay as they are. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["restoreDistributionVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/flags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which features are on for you, or for a guest, and what all users should read.
         * @description With a token the user decides, and `client_id` has no meaning; without one `client_id` is needed. The same user or client gets the same answer until an operator changes a flag, which takes effect within a minute; a higher percentage only adds users. A token that is sent must be good.
         */
        get: operations["getFlags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/flags/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["flagsHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/audiences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Audiences by month of creation, newest month first.
         * @description By the month in which audiences were created, in UTC. Sizes that are not known count as nothing.
         */
        get: operations["getAudienceInsights"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/distributions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Distributions by month of creation and platform, newest month first.
         * @description By the month in which distributions were created, in UTC, and by platform. Rates are means of what was reported.
         */
        get: operations["getDistributionInsights"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["insightsHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/dispatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start the scheduled distributions that are due, and create the refreshes that platforms ask for.
         * @description Runs every few minutes. A distribution that is due becomes `pending`; its sender finds it by its status. One whose audience or platform is gone by then is cancelled, with the reason.
         */
        post: operations["dispatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["maintenanceHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/integrity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check every stored object completely and report what is wrong: one run a week. Repairs nothing.
         * @description Every object is read and decoded, and its rows are held against their rules. Without a cursor the call continues the run of the day or week; call again while `state` is `more`. Calls that overlap harm nothing: one of them works and the other one is told `busy`.
         */
        post: operations["integrity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Measure the stored objects and records: one run a day.
         * @description The figures behind the dashboard and its alerts. Without a cursor the call continues the run of the day or week; call again while `state` is `more`. Calls that overlap harm nothing: one of them works and the other one is told `busy`.
         */
        post: operations["metrics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove records permanently that were deleted long ago and that nothing refers to: one run a week.
         * @description What was deleted less than PURGE_AFTER_DAYS ago stays restorable. Without a cursor the call continues the run of the day or week; call again while `state` is `more`. Calls that overlap harm nothing: one of them works and the other one is told `busy`. With `dry_run=true` nothing is changed.
         */
        post: operations["purge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/reencrypt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Encrypt credentials again that another version of the key than the primary one encrypted: one run a week.
         * @description After it nothing needs the former version of the key. Without a cursor the call continues the run of the day or week; call again while `state` is `more`. Calls that overlap harm nothing: one of them works and the other one is told `busy`. With `dry_run=true` nothing is changed.
         */
        post: operations["reencrypt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/maintenance/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive active audiences that were neither changed nor distributed for long: one run a day.
         * @description Audiences that a scheduled distribution names are left alone. Without a cursor the call continues the run of the day or week; call again while `state` is `more`. Calls that overlap harm nothing: one of them works and the other one is told `busy`. With `dry_run=true` nothing is changed.
         */
        post: operations["retention"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One page of platforms, newest first.
         * @description `count` is the number of rows of this page; `next_cursor` is null on the last one.
         */
        get: operations["listPlatforms"];
        put?: never;
        /**
         * Save a platform: a new one, or the sent fields of the one whose id is given.
         * @description Without `platform_id` a new platform is created, which needs `platform_type` and `name`. With the id of a platform only the fields that are sent change; its type never does. Credentials are encrypted on arrival, and no answer shows them. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["savePlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive, delete, restore or tag up to 200 platforms, or ask what that would do.
         * @description `delete` drops the credentials, too; `undelete`, by `ids` only, brings a platform back, pending and without credentials. `tag` and `untag` need `tags`. Either `ids` (200 at most) or a `filter`, which takes what the query of the list takes: the first 200 that it finds are the platforms of this request, and with `next_cursor` the next 200 follow. Each platform decides for itself: `changed`, `unchanged` (it already is so), `refused`, or `retry` with `retry_after_ms` where the store did not take it or there was no time left. The answer is 200 all the same. To repeat a request is safe: what is done is unchanged then. With `dry_run` nothing is written, and the answer says what would be, and of `archive` and `delete` with `usage` what uses each record that would change. With `if_unused` those two refuse a record that is in use (`in-use`).
         */
        post: operations["batchPlatforms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download platforms, without their credentials.
         * @description All platforms that the filters leave, as answers show them, as one file. Credentials are in no file. All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.
         */
        get: operations["exportPlatforms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["platformsHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One platform.
         * @description The platform, with the names of its credential fields and the ends of those that are no secrets.
         */
        get: operations["getPlatform"];
        put?: never;
        post?: never;
        /**
         * Delete a platform, and its credentials immediately. It can be restored without them for 90 days.
         * @description The platform is no longer listed, and nothing can be distributed to it. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        delete: operations["deletePlatform"];
        options?: never;
        head?: never;
        /**
         * Change a platform by a JSON merge patch (RFC 7396).
         * @description Members that are sent replace the stored ones, objects are merged, and null sets a member back to its default. Credentials are replaced by their own route. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        patch: operations["patchPlatform"];
        trace?: never;
    };
    "/api/platforms/{platform_id}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace the credentials of a platform, which is then `pending` until they are tested.
         * @description All fields of the type have to be sent: nothing of the former credentials is kept. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        put: operations["replacePlatformCredentials"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a copy of a platform.
         * @description The copy has everything that users set of the platform but its credentials: it is `pending` until it gets its own. `metadata.copied_from` has the id and version of the platform that was copied, which the conditions are about. A client that chooses the id of the copy gets the same copy again when it repeats the request. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["duplicatePlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download one platform, without its credentials.
         * @description One platform as a file that has its name. Credentials are in no file. All formats can be imported again. CSV guards cells that a spreadsheet would take for formulas; the import takes the guard off. A file has no limit of size and comes in chunks, without a Content-Length. An instance sends four files at a time: one more is 503.
         */
        get: operations["exportPlatform"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undelete a platform: it comes back `pending` and without credentials.
         * @description Works for 90 days after a deletion. The credentials have to be sent again. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["restorePlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Disconnect a platform, or make a disconnected one pending. Only a test connects it.
         * @description From connected or error to disconnected, from disconnected to pending; any other move is 409. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        put: operations["setPlatformStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call the platform with its credentials, and set it to `connected` or `error` by the result.
         * @description One cheap call of the platform, within ten seconds. Whatever it answers, this request succeeds; `ok`, `code` and `message` have the result. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["testPlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What uses a platform: its distributions that are not done, and its refreshes.
         * @description Who would miss the platform: distributions that are not done yet, and audiences that are sent to it regularly, counted as they were sent: one that was archived or deleted since still counts. With `if_unused=true` disconnecting and deleting the platform are refused while there are any.
         */
        get: operations["getPlatformUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed a platform, when, and which fields, newest first.
         * @description At most fifty changes are kept, the oldest go first. Changes of a draft by one client within ten minutes share an entry. A change of what only the server sets (a test of a platform, the results of a distribution) has none.
         */
        get: operations["listPlatformVersions"];
        put?: never;
        post?: never;
        /**
         * Forget what a platform was before.
         * @description For a secret that was typed where it does not belong: the entries of the past are removed, and the record gets a new version. Older generations of the object remain for as long as the bucket keeps them. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is.
         */
        delete: operations["forgetPlatformVersions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A platform as it was at a version.
         * @description A version that the list names. `restorable` says whether restoring it would be accepted now, and `obstacles` what stands against it. Credentials are never part of it. A version that is not kept is 404.
         */
        get: operations["getPlatformVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/platforms/{platform_id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a platform the values that it had at a version, as one more change.
         * @description The record gets a new version with the values of the old one. What its status does not allow is 409, and so is a version of which a value was too large to keep. Credentials and progress stay as they are. With `If-Match` the change is made only if the record still has a version that you name; otherwise the answer is 412 with the record as it is. With an `Idempotency-Key` the request can be repeated for a day: it is carried out once, and a repetition has `Idempotency-Replayed: true`.
         */
        post: operations["restorePlatformVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sync/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["syncHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sync/pull": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What has changed since a cursor, in all of your records.
         * @description Without a cursor everything comes. Rows are ordered by commit, so no clock decides what is sent. A partition with `reset` replaces what the client has of it; it is complete with `last`, and only then is it to be shown. A row with `deleted` is a record that is gone. Distributions come without `audience_snapshot` and `attempts`. `limit_bytes` bounds the rows (1 KiB to 4 MiB, 1 MB without it). `client` tells the operator how the app fares.
         */
        post: operations["pull"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sync/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Changes that a client made on its own, in order.
         * @description One push of a client at a time, its changes numbered upwards by `seq`, at most 1000. `acked` is the number up to which the client has written down the final answer of every change. A change is `op` `create` (with `value`), `patch` (`set`, `unset` for members of `metadata` and `settings`, and `base`: what the fields were before), `delete` or `restore`, of the `kind` `audience`, `platform` or `distribution` with an `id`; all but `create` name the `base_version` that was pulled before the first unsent change of the record. A change that is pushed twice is made once. `conflict`: another device changed the same fields; `server` is the record as it is. `invalid`: it cannot be made. `retry`: push it again. A copy of the client that uses the same numbers is refused with 409 and the code `client_forked`, and nothing is done.
         */
        post: operations["push"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One page of the tags of your audiences, by name, and how many audiences have each.
         * @description Tags of more than 200 characters, which no filter takes, are left out. `count` is the number of tags of this page; `next_cursor` is null on the last one.
         */
        get: operations["listTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tags/rename": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give another name to a tag on all your audiences, or merge it into a tag that there is.
         * @description Every audience that has `from` gets `to` in its place, archived and deleted ones, too, as one more change of each; one that has both keeps `to`. Asked again it finds nothing to do, and is `unchanged`. With `more: true` ask again for the rest.
         */
        post: operations["renameTag"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back what you have changed since a moment of the last day, or ask what that would do.
         * @description Records that you made since are deleted, those that you deleted come back, and fields that you changed have their former values again, as one more change of each record. `at` is at most a day ago. Left as they are, with the reason: what others, or the service by itself, have changed since (`changed_by_others`); changes of a draft that are kept as one and begin before `at` (`shared_entry`); what has no past that reaches back (`not_kept`); distributions that were begun (`already_sent`) or whose time has passed (`past_due`); what only tells how far work is (`cannot_go_back`). Credentials never come back. One request takes back 2000 records at most, and begins no commit after 12 s: with `more`, ask again. To repeat it is safe. To take the undo back, undo to the moment before it.
         */
        post: operations["undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{user_id}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts of all your records; `me` or your own id.
         * @description Counts of all records that are not deleted. The path names `me` or the user of the token; any other user is 403.
         */
        get: operations["getSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/web/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the function answers, and with deep=1 whether its dependencies do
         * @description Public. Without `deep` nothing but the process itself is asked.
         */
        get: operations["webHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Audience: {
            audience_id: string;
            user_id: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            deleted: boolean;
            client_id: string | null;
            updated_by: string | null;
            /** @enum {string} */
            status: "draft" | "active" | "archived";
            data_type: ("first_party" | "third_party" | "clean_room") | null;
            name: string;
            description: string | null;
            original_query: string | null;
            enhanced_name: string | null;
            natural_language_criteria: string | null;
            total_audience_size: number | null;
            audience_size: number | null;
            selected_variables: string[];
            insights: string[];
            metadata: {
                tags?: string[] | null;
            } & {
                [key: string]: unknown;
            };
            variable_details: {
                code: string;
                description?: string | null;
                relevance_score?: number | null;
                type?: string | null;
                category?: string | null;
            }[];
            segments: {
                segment_id: number | string;
                name?: string | null;
                size?: number | null;
                size_percentage?: number | null;
                characteristics?: {
                    [key: string]: unknown;
                } | null;
                prizm_segments?: string[] | null;
            }[];
        };
        AudienceSummary: {
            audience_id: string;
            user_id: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            deleted: boolean;
            client_id: string | null;
            updated_by: string | null;
            /** @enum {string} */
            status: "draft" | "active" | "archived";
            data_type: ("first_party" | "third_party" | "clean_room") | null;
            name: string;
            description: string | null;
            original_query: string | null;
            enhanced_name: string | null;
            natural_language_criteria: string | null;
            total_audience_size: number | null;
            audience_size: number | null;
            selected_variables: string[];
            insights: string[];
            metadata: {
                tags?: string[] | null;
            } & {
                [key: string]: unknown;
            };
            segment_count: number;
            variable_count: number;
        };
        Platform: {
            platform_id: string;
            user_id: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            deleted: boolean;
            client_id: string | null;
            updated_by: string | null;
            /** @enum {string} */
            platform_type: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp";
            /** @enum {string} */
            status: "pending" | "connected" | "disconnected" | "error";
            name: string;
            settings: {
                default_match_rate?: number | null;
                auto_refresh?: boolean | null;
                /** @enum {unknown} */
                refresh_frequency?: "daily" | "weekly" | "monthly" | null;
            } & {
                [key: string]: unknown;
            };
            metadata: {
                tags?: string[] | null;
            } & {
                [key: string]: unknown;
            };
            last_sync_at: string | null;
            last_test: {
                /** Format: date-time */
                at: string;
                ok: boolean;
                code: string;
                message: string;
            } | null;
            credentials: {
                /** @constant */
                encrypted: true;
                fields: string[];
                hint: {
                    [key: string]: string;
                };
                /** Format: date-time */
                updated_at: string;
            } | null;
        };
        Distribution: {
            distribution_id: string;
            user_id: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            deleted: boolean;
            client_id: string | null;
            updated_by: string | null;
            audience_id: string;
            platform_id: string;
            /** @enum {string} */
            status: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
            /** @enum {string} */
            distribution_type: "initial" | "refresh" | "incremental";
            scheduled_at: string | null;
            segments_distributed: (number | string)[];
            metadata: {
                tags?: string[] | null;
            } & {
                [key: string]: unknown;
            };
            audience_name: string | null;
            platform_name: string | null;
            platform_type: string | null;
            started_at: string | null;
            completed_at: string | null;
            total_records: number | null;
            matched_records: number | null;
            match_rate: number | null;
            match_results_as_of: string | null;
            platform_audience_id: string | null;
            estimated_matched_records: number | null;
            error_message: string | null;
            error_details: {
                [key: string]: unknown;
            } | null;
            audience_snapshot: {
                version: number;
                data_type: string | null;
                total_audience_size: number | null;
                audience_size: number | null;
                selected_variables: string[];
                variable_details: {
                    [key: string]: unknown;
                }[];
                segments: {
                    [key: string]: unknown;
                }[];
            } | null;
            attempts: {
                attempt: number;
                /** Format: date-time */
                queued_at: string;
                started_at: string | null;
                ended_at: string | null;
                outcome: ("completed" | "failed" | "cancelled") | null;
                error: {
                    code: string | null;
                    message: string | null;
                } | null;
            }[];
        };
        DistributionSummary: {
            distribution_id: string;
            user_id: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            deleted: boolean;
            client_id: string | null;
            updated_by: string | null;
            audience_id: string;
            platform_id: string;
            /** @enum {string} */
            status: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
            /** @enum {string} */
            distribution_type: "initial" | "refresh" | "incremental";
            scheduled_at: string | null;
            segments_distributed: (number | string)[];
            metadata: {
                tags?: string[] | null;
            } & {
                [key: string]: unknown;
            };
            audience_name: string | null;
            platform_name: string | null;
            platform_type: string | null;
            started_at: string | null;
            completed_at: string | null;
            total_records: number | null;
            matched_records: number | null;
            match_rate: number | null;
            match_results_as_of: string | null;
            platform_audience_id: string | null;
            estimated_matched_records: number | null;
            error_message: string | null;
            error_details: {
                [key: string]: unknown;
            } | null;
        };
        Usage: {
            scheduled: number;
            pending: number;
            in_progress: number;
            /** @description Ids of the platforms on which the audience is refreshed by itself; for a platform, of the audiences. At most 100. */
            refreshing_on: string[];
            /** @description How many there are. */
            refreshing_count: number;
            completed_count: number;
            /** @description When the last one was completed; null when none was. */
            last_at: string | null;
        };
        Problem: {
            /**
             * @description The kind of problem; it decides what the caller should do
             * @enum {string}
             */
            type: "/problems/invalid-input" | "/problems/unauthenticated" | "/problems/forbidden" | "/problems/not-found" | "/problems/method-not-allowed" | "/problems/illegal-transition" | "/problems/conflict" | "/problems/in-use" | "/problems/stale-version" | "/problems/too-large" | "/problems/unsupported-media-type" | "/problems/unresolvable-reference" | "/problems/idempotency-mismatch" | "/problems/quota-exceeded" | "/problems/too-many-requests" | "/problems/internal" | "/problems/contended" | "/problems/unavailable";
            title: string;
            status: number;
            /** @description One sentence for a person */
            detail: string;
            /** @description The id of the request, as in X-Request-Id */
            instance: string;
            /** @constant */
            success: false;
            /** @description The same as detail */
            error: string;
            /** @description The bad fields, the first 100 of them; a longer path is cut with … */
            errors?: {
                /** @description segments[2].size */
                path: string;
                message: string;
            }[];
            /** @description How many more bad fields there are than `errors` names */
            errors_omitted?: number;
            /**
             * @description The write may have landed
             * @constant
             */
            outcome?: "unknown";
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /** @description invalid-input */
        InvalidInput: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description unauthenticated */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description forbidden */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description not-found */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description method-not-allowed */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description illegal-transition, conflict, in-use */
        IllegalTransition: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description stale-version */
        StaleVersion: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description too-large */
        TooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description unsupported-media-type */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description unresolvable-reference, idempotency-mismatch, quota-exceeded */
        UnresolvableReference: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description too-many-requests */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description internal */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description contended, unavailable */
        Contended: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The record's version. */
        ETag: string;
        /** @description true when the request was carried out before and not repeated. */
        "Idempotency-Replayed": "true";
        /** @description Seconds to wait before trying again. */
        "Retry-After": number;
        /** @description The name of the file (RFC 6266). */
        "Content-Disposition": string;
        /** @description Names the request in logs and problems. */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listAudiences: {
        parameters: {
            query?: {
                /**
                 * @description Default: drafts and active ones; `all` also returns archived ones.
                 * @example active
                 */
                status?: "draft" | "active" | "archived" | "all";
                /**
                 * @description Only those of this type.
                 * @example first_party
                 */
                data_type?: "first_party" | "third_party" | "clean_room";
                /**
                 * @description Only those whose `metadata.tags` has it; of several, all of them.
                 * @example [
                 *       "spring"
                 *     ]
                 */
                tag?: string[];
                /**
                 * @description Only those whose name, description or query has this text.
                 * @example green
                 */
                q?: string;
                /**
                 * @description By name (in either case), size (unknown ones last), time of creation or last change; `-` = the greatest first. Rows that are equal come newest first. A cursor belongs to its sort.
                 * @example -size
                 */
                sort?: "-created_at" | "created_at" | "name" | "-name" | "size" | "-size" | "updated_at" | "-updated_at";
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
                /**
                 * @description `full` = whole records, as old clients expect; in lists by age (`-created_at`) only.
                 * @example full
                 */
                view?: "summary" | "full";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rows are summaries unless `view=full`. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audiences: (components["schemas"]["Audience"] | components["schemas"]["AudienceSummary"])[];
                        count: number;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    saveAudience: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    status?: ("draft" | "active" | "archived") | null;
                    data_type?: (("first_party" | "third_party" | "clean_room") | null) | null;
                    name?: string;
                    description?: (string | null) | null;
                    original_query?: (string | null) | null;
                    enhanced_name?: (string | null) | null;
                    natural_language_criteria?: (string | null) | null;
                    total_audience_size?: (number | null) | null;
                    audience_size?: (number | null) | null;
                    selected_variables?: string[] | null;
                    insights?: string[] | null;
                    metadata?: ({
                        tags?: string[] | null;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                    variable_details?: {
                        code: string;
                        description?: string | null;
                        relevance_score?: number | null;
                        type?: string | null;
                        category?: string | null;
                    }[] | null;
                    segments?: {
                        segment_id: number | string;
                        name?: string | null;
                        size?: number | null;
                        size_percentage?: number | null;
                        characteristics?: {
                            [key: string]: unknown;
                        } | null;
                        prizm_segments?: string[] | null;
                    }[] | null;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    segment_count?: unknown;
                    variable_count?: unknown;
                    audience_id?: string;
                } | unknown | unknown;
            };
        };
        responses: {
            /** @description Changed, or already as sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience_id: string;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience_id: string;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    batchAudiences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    filter?: {
                        /**
                         * @description Default: drafts and active ones; `all` also returns archived ones.
                         * @enum {string}
                         */
                        status?: "draft" | "active" | "archived" | "all";
                        /** @enum {string} */
                        data_type?: "first_party" | "third_party" | "clean_room";
                        tag?: string[];
                        q?: string;
                    };
                    cursor?: string;
                    /** @enum {string} */
                    action: "archive" | "restore" | "delete" | "undelete" | "tag" | "untag";
                    tags?: string[];
                    /** @description To `archive` and `delete` only what nothing uses; what is used is refused. */
                    if_unused?: boolean;
                    dry_run?: boolean;
                } | {
                    filter?: never;
                    cursor?: never;
                    tags?: never;
                    /** @enum {unknown} */
                    action?: "archive" | "delete";
                } | {
                    filter?: never;
                    cursor?: never;
                    tags?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "restore" | "undelete";
                } | {
                    filter?: never;
                    cursor?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "tag" | "untag";
                } | {
                    ids?: never;
                    tags?: never;
                    /** @enum {unknown} */
                    action?: "archive" | "delete";
                } | {
                    ids?: never;
                    tags?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "restore";
                } | {
                    ids?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "tag" | "untag";
                };
            };
        };
        responses: {
            /** @description One result for each record, in order. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        dry_run: boolean;
                        results: {
                            /** @description As it was sent, or as the filter found it. */
                            id: string;
                            /** @enum {string} */
                            outcome: "changed" | "unchanged" | "refused" | "retry";
                            /** @description Of changed and unchanged records: as it is now; in a dry run as it would be. */
                            version?: number;
                            /** @description In a dry run of `archive` and `delete`: what uses a record that would be changed. */
                            usage?: {
                                scheduled: number;
                                pending: number;
                                in_progress: number;
                                /** @description Ids of the platforms on which the audience is refreshed by itself; for a platform, of the audiences. At most 100. */
                                refreshing_on: string[];
                                /** @description How many there are. */
                                refreshing_count: number;
                                completed_count: number;
                                /** @description When the last one was completed; null when none was. */
                                last_at: string | null;
                            };
                            /** @description Of records that are refused or to be retried. */
                            problem?: {
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                            } & {
                                [key: string]: unknown;
                            };
                            retry_after_ms?: number;
                        }[];
                        counts: {
                            changed: number;
                            unchanged: number;
                            refused: number;
                            retry: number;
                        };
                        /** @description Of a filter that finds more records: send it as `cursor` beside the same filter. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    exportAudiences: {
        parameters: {
            query?: {
                /**
                 * @description Default: drafts and active ones; `all` also returns archived ones.
                 * @example active
                 */
                status?: "draft" | "active" | "archived" | "all";
                /**
                 * @description Only those of this type.
                 * @example first_party
                 */
                data_type?: "first_party" | "third_party" | "clean_room";
                /**
                 * @description Only those whose `metadata.tags` has it; of several, all of them.
                 * @example [
                 *       "spring"
                 *     ]
                 */
                tag?: string[];
                /**
                 * @description Only those whose name, description or query has this text.
                 * @example green
                 */
                q?: string;
                /**
                 * @description `json` without it.
                 * @example csv
                 */
                format?: "json" | "csv" | "parquet";
                /**
                 * @description `true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.
                 * @example true
                 */
                bom?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        audiences: components["schemas"]["Audience"][];
                    };
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    audiencesHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAudience: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Answer 412 unless the record has one of these versions.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Answer 304 if the record still has one of these versions.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The audience. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience: components["schemas"]["Audience"];
                    };
                };
            };
            /** @description Unchanged since the version in `If-None-Match`. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    deleteAudience: {
        parameters: {
            query?: {
                /**
                 * @description `true`: only while nothing uses it; otherwise 409 `in-use`.
                 * @example true
                 */
                if_unused?: "true" | "false";
            };
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    patchAudience: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": {
                    status?: ("draft" | "active" | "archived") | null;
                    data_type?: (("first_party" | "third_party" | "clean_room") | null) | null;
                    name?: string;
                    description?: (string | null) | null;
                    original_query?: (string | null) | null;
                    enhanced_name?: (string | null) | null;
                    natural_language_criteria?: (string | null) | null;
                    total_audience_size?: (number | null) | null;
                    audience_size?: (number | null) | null;
                    selected_variables?: string[] | null;
                    insights?: string[] | null;
                    metadata?: {
                        [key: string]: unknown;
                    } | null;
                    variable_details?: {
                        code: string;
                        description?: string | null;
                        relevance_score?: number | null;
                        type?: string | null;
                        category?: string | null;
                    }[] | null;
                    segments?: {
                        segment_id: number | string;
                        name?: string | null;
                        size?: number | null;
                        size_percentage?: number | null;
                        characteristics?: {
                            [key: string]: unknown;
                        } | null;
                        prizm_segments?: string[] | null;
                    }[] | null;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    segment_count?: unknown;
                    variable_count?: unknown;
                    audience_id?: string;
                };
                "application/json": {
                    status?: ("draft" | "active" | "archived") | null;
                    data_type?: (("first_party" | "third_party" | "clean_room") | null) | null;
                    name?: string;
                    description?: (string | null) | null;
                    original_query?: (string | null) | null;
                    enhanced_name?: (string | null) | null;
                    natural_language_criteria?: (string | null) | null;
                    total_audience_size?: (number | null) | null;
                    audience_size?: (number | null) | null;
                    selected_variables?: string[] | null;
                    insights?: string[] | null;
                    metadata?: {
                        [key: string]: unknown;
                    } | null;
                    variable_details?: {
                        code: string;
                        description?: string | null;
                        relevance_score?: number | null;
                        type?: string | null;
                        category?: string | null;
                    }[] | null;
                    segments?: {
                        segment_id: number | string;
                        name?: string | null;
                        size?: number | null;
                        size_percentage?: number | null;
                        characteristics?: {
                            [key: string]: unknown;
                        } | null;
                        prizm_segments?: string[] | null;
                    }[] | null;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    segment_count?: unknown;
                    variable_count?: unknown;
                    audience_id?: string;
                };
            };
        };
        responses: {
            /** @description The audience as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience: components["schemas"]["Audience"];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listAudienceDistributions: {
        parameters: {
            query?: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id?: string;
                /**
                 * @description Only those of this status.
                 * @example completed
                 */
                status?: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
                /**
                 * @description Created at or after this moment, or day of UTC.
                 * @example 2025-05-01
                 */
                from?: string;
                /**
                 * @description Created before this moment, or until the end of this day of UTC.
                 * @example 2025-05-31T12:00:00Z
                 */
                to?: string;
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without snapshots and attempts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distributions: (components["schemas"]["Distribution"] | components["schemas"]["DistributionSummary"])[];
                        count: number;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    duplicateAudience: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Without one that of the source with “(copy)”, “(copy 2)” and so on behind it. */
                    name?: string | null;
                    audience_id?: string;
                };
            };
        };
        responses: {
            /** @description The copy with this id was made before. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience_id: string;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience_id: string;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    exportAudience: {
        parameters: {
            query?: {
                /**
                 * @description `json` without it.
                 * @example csv
                 */
                format?: "json" | "csv" | "parquet";
                /**
                 * @description `true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.
                 * @example true
                 */
                bom?: "true" | "false";
            };
            header?: never;
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        audiences: components["schemas"]["Audience"][];
                    };
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getInsightsOfAudience: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Null is what is not known: never 0. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @description Newest first: each version that changed a size, and the oldest. */
                        sizes: {
                            version: number;
                            /** @description Null for the oldest that is kept, unless it is the creation. */
                            at: string | null;
                            /** @description `total_audience_size`, or `audience_size` without one; null when it was not known. */
                            total: number | null;
                            /** @description Null when they were too large then to be kept. */
                            segments: {
                                segment_id: number | string;
                                name: string | null;
                                size: number | null;
                            }[] | null;
                        }[];
                        /** @description The earliest version whose sizes are known. */
                        kept_since_version: number;
                        /** @description Whether something before that was not recorded, rather than left out because it is old. */
                        gap: boolean;
                        /** @description Those with the most hand-overs first, at most 200. */
                        platforms: {
                            platform_id: string;
                            /** @description As the newest distribution has it. */
                            platform_name: string | null;
                            platform_type: string | null;
                            /** @description All except scheduled and cancelled ones. */
                            handed_over: number;
                            completed: number;
                            failed: number;
                            /** @description The sum of the known sizes of completed ones; null when none is known. */
                            total_records: number | null;
                            /** @description The sum of the reported counts; null when none was reported. */
                            matched_records: number | null;
                            /** @description The mean of the reported match rates; null when none was reported. */
                            match_rate: number | null;
                            /** @description When the last one was completed; null when none was. */
                            last_at: string | null;
                        }[];
                        /** @description How many platforms there are. */
                        platform_count: number;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    restoreAudience: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The audience as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    setAudienceStatus: {
        parameters: {
            query?: {
                /**
                 * @description `true`: only while nothing uses it; otherwise 409 `in-use`.
                 * @example true
                 */
                if_unused?: "true" | "false";
            };
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    status: "draft" | "active" | "archived";
                };
            };
        };
        responses: {
            /** @description The audience as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getAudienceUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        usage: components["schemas"]["Usage"];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listAudienceVersions: {
        parameters: {
            query?: {
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most fifty are kept. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        versions: {
                            version: number;
                            /**
                             * Format: date-time
                             * @description When the change was made; of several that share an entry, the last.
                             */
                            at: string;
                            /**
                             * Format: date-time
                             * @description The first of several that share an entry.
                             */
                            since?: string;
                            /** @description The user; null when no user asked for the change. */
                            by: string | null;
                            /** @enum {string} */
                            via: "api" | "sync" | "import" | "restore" | "retention" | "dispatch" | "maintenance";
                            client_id: string | null;
                            /** @description Fields that it changed; none for the creation. */
                            changed: string[];
                        }[];
                        count: number;
                        /** @description The earliest version that can be shown. */
                        kept_since_version: number;
                        /** @description Whether something before that was not recorded, rather than left out because it is old. */
                        gap: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    forgetAudienceVersions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Forgotten. The record itself is as it was. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getAudienceVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
                /**
                 * @description A version that the list of versions names.
                 * @example 1
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What users set of it. Fields whose former values were too large to keep are absent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience: {
                            audience_id: string;
                            user_id: string;
                            /** Format: date-time */
                            created_at: string;
                            updated_at: string | null;
                            version: number;
                            deleted: boolean;
                            client_id: string | null;
                            updated_by: string | null;
                            /** @enum {string} */
                            status?: "draft" | "active" | "archived";
                            data_type?: ("first_party" | "third_party" | "clean_room") | null;
                            name?: string;
                            description?: string | null;
                            original_query?: string | null;
                            enhanced_name?: string | null;
                            natural_language_criteria?: string | null;
                            total_audience_size?: number | null;
                            audience_size?: number | null;
                            selected_variables?: string[];
                            insights?: string[];
                            metadata?: {
                                tags?: string[] | null;
                            } & {
                                [key: string]: unknown;
                            };
                            variable_details?: {
                                code: string;
                                description?: string | null;
                                relevance_score?: number | null;
                                type?: string | null;
                                category?: string | null;
                            }[];
                            segments?: {
                                segment_id: number | string;
                                name?: string | null;
                                size?: number | null;
                                size_percentage?: number | null;
                                characteristics?: {
                                    [key: string]: unknown;
                                } | null;
                                prizm_segments?: string[] | null;
                            }[];
                        };
                        restorable: boolean;
                        /** @description What stands against restoring it, by field; empty when it can be restored. */
                        obstacles: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    restoreAudienceVersion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id: string;
                /**
                 * @description A version that the list of versions names.
                 * @example 1
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The audience as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        audience: components["schemas"]["Audience"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listDistributions: {
        parameters: {
            query?: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id?: string;
                /**
                 * @description Only those of this status.
                 * @example completed
                 */
                status?: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
                /**
                 * @description Created at or after this moment, or day of UTC.
                 * @example 2025-05-01
                 */
                from?: string;
                /**
                 * @description Created before this moment, or until the end of this day of UTC.
                 * @example 2025-05-31T12:00:00Z
                 */
                to?: string;
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id?: string;
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without snapshots and attempts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distributions: (components["schemas"]["Distribution"] | components["schemas"]["DistributionSummary"])[];
                        count: number;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    saveDistribution: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    audience_id?: string;
                    platform_id?: string;
                    status?: ("scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled") | null;
                    distribution_type?: ("initial" | "refresh" | "incremental") | null;
                    scheduled_at?: (string | null) | null;
                    segments_distributed?: (number | string)[] | null;
                    metadata?: ({
                        tags?: string[] | null;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                    user_id?: unknown;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    audience_name?: unknown;
                    platform_name?: unknown;
                    platform_type?: unknown;
                    started_at?: unknown;
                    completed_at?: unknown;
                    total_records?: unknown;
                    matched_records?: unknown;
                    match_rate?: unknown;
                    match_results_as_of?: unknown;
                    platform_audience_id?: unknown;
                    estimated_matched_records?: unknown;
                    error_message?: unknown;
                    error_details?: unknown;
                    audience_snapshot?: unknown;
                    attempts?: unknown;
                    distribution_id?: string;
                } | unknown | unknown;
            };
        };
        responses: {
            /** @description It exists: changed as far as its status allows, or already as sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distribution_id: string;
                        distribution: components["schemas"]["Distribution"];
                        message: string;
                    };
                };
            };
            /** @description Created, `scheduled` when its time is in the future, else `pending`. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distribution_id: string;
                        distribution: components["schemas"]["Distribution"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    exportDistributions: {
        parameters: {
            query?: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id?: string;
                /**
                 * @description Only those of this status.
                 * @example completed
                 */
                status?: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
                /**
                 * @description Created at or after this moment, or day of UTC.
                 * @example 2025-05-01
                 */
                from?: string;
                /**
                 * @description Created before this moment, or until the end of this day of UTC.
                 * @example 2025-05-31T12:00:00Z
                 */
                to?: string;
                /**
                 * @description The id of an audience.
                 * @example aud_01jw8rj5m7fkb9c3xw0q4z6t2n
                 */
                audience_id?: string;
                /**
                 * @description `json` without it.
                 * @example csv
                 */
                format?: "json" | "csv" | "parquet";
                /**
                 * @description `true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.
                 * @example true
                 */
                bom?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        distributions: components["schemas"]["Distribution"][];
                    };
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    distributionsHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDistribution: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Answer 412 unless the record has one of these versions.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Answer 304 if the record still has one of these versions.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The distribution. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distribution: components["schemas"]["Distribution"];
                    };
                };
            };
            /** @description Unchanged since the version in `If-None-Match`. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    deleteDistribution: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    exportDistribution: {
        parameters: {
            query?: {
                /**
                 * @description `json` without it.
                 * @example csv
                 */
                format?: "json" | "csv" | "parquet";
                /**
                 * @description `true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.
                 * @example true
                 */
                bom?: "true" | "false";
            };
            header?: never;
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        distributions: components["schemas"]["Distribution"][];
                    };
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    setDistributionStatus: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    status: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
                    match_results?: {
                        matched_records?: number | null;
                        match_rate?: number | null;
                        platform_audience_id?: string | null;
                        /** @description When the platform counted; an older count never replaces a newer one. */
                        as_of?: string | null;
                    } | null;
                    error_message?: string | null;
                    error_details?: {
                        [key: string]: unknown;
                    } | null;
                    /** @description Merged into what is there. */
                    metadata?: ({
                        match_rate?: number | null;
                        matched_records?: number | null;
                        error_message?: string | null;
                        completed_at?: (string) | null;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                };
            };
        };
        responses: {
            /** @description The distribution as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distribution: components["schemas"]["Distribution"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listDistributionVersions: {
        parameters: {
            query?: {
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most fifty are kept. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        versions: {
                            version: number;
                            /**
                             * Format: date-time
                             * @description When the change was made; of several that share an entry, the last.
                             */
                            at: string;
                            /**
                             * Format: date-time
                             * @description The first of several that share an entry.
                             */
                            since?: string;
                            /** @description The user; null when no user asked for the change. */
                            by: string | null;
                            /** @enum {string} */
                            via: "api" | "sync" | "import" | "restore" | "retention" | "dispatch" | "maintenance";
                            client_id: string | null;
                            /** @description Fields that it changed; none for the creation. */
                            changed: string[];
                        }[];
                        count: number;
                        /** @description The earliest version that can be shown. */
                        kept_since_version: number;
                        /** @description Whether something before that was not recorded, rather than left out because it is old. */
                        gap: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    forgetDistributionVersions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Forgotten. The record itself is as it was. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getDistributionVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
                /**
                 * @description A version that the list of versions names.
                 * @example 1
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What users set of it. Fields whose former values were too large to keep are absent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distribution: {
                            distribution_id: string;
                            user_id: string;
                            /** Format: date-time */
                            created_at: string;
                            updated_at: string | null;
                            version: number;
                            deleted: boolean;
                            client_id: string | null;
                            updated_by: string | null;
                            audience_id?: string;
                            platform_id?: string;
                            /** @enum {string} */
                            status?: "scheduled" | "pending" | "in_progress" | "completed" | "failed" | "cancelled";
                            /** @enum {string} */
                            distribution_type?: "initial" | "refresh" | "incremental";
                            scheduled_at?: string | null;
                            segments_distributed?: (number | string)[];
                            metadata?: {
                                tags?: string[] | null;
                            } & {
                                [key: string]: unknown;
                            };
                        };
                        restorable: boolean;
                        /** @description What stands against restoring it, by field; empty when it can be restored. */
                        obstacles: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    restoreDistributionVersion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a distribution.
                 * @example dist_01jw8s9p4tf0b6x2y8g3h1jvkc
                 */
                distribution_id: string;
                /**
                 * @description A version that the list of versions names.
                 * @example 1
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The distribution as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        distribution: components["schemas"]["Distribution"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getFlags: {
        parameters: {
            query?: {
                /**
                 * @description Needed without a token: the client then decides. With a token the user does.
                 * @example cli_01h455vb4pex5vsknk084sn02q
                 */
                client_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The flags. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        flags: {
                            /** @description Whether the app saves its records with this service. */
                            persistence_v2: boolean;
                        };
                        notice: {
                            /** @description Another notice has another id; an app remembers by it what was dismissed. */
                            id: string;
                            text: string;
                            /** @enum {string} */
                            level: "info" | "warning";
                            /** @description From then on it is not shown; null: until it is cleared. */
                            until: string | null;
                        } | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    flagsHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAudienceInsights: {
        parameters: {
            query?: {
                /**
                 * @description How many months back, this one included; 12 without it.
                 * @example 12
                 */
                months?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry per month. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        months: {
                            /** @description Of creation, in UTC: 2025-05 */
                            month: string;
                            created: number;
                            by_status: {
                                [key: string]: number;
                            };
                            by_type: {
                                [key: string]: number;
                            };
                            /** @description The sum of the known sizes. */
                            total_size: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getDistributionInsights: {
        parameters: {
            query?: {
                /**
                 * @description How many months back, this one included; 12 without it.
                 * @example 12
                 */
                months?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry per month. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        months: {
                            /** @description Of creation, in UTC: 2025-05 */
                            month: string;
                            platforms: {
                                platform_id: string;
                                platform_name: string | null;
                                platform_type: string | null;
                                /** @description All except scheduled and cancelled ones. */
                                handed_over: number;
                                completed: number;
                                failed: number;
                                /** @description The sum of the reported counts. */
                                matched_records: number;
                                /** @description The mean of the reported match rates; null when none was reported. */
                                match_rate: number | null;
                            }[];
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    insightsHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dispatch: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous call. Without it the call continues where the last one stopped.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @description Users processed in this call. */
                        users: number;
                        /** @description Scheduled distributions that were due and are pending now. */
                        started: number;
                        /** @description Scheduled distributions that were due, but whose audience or platform cannot be used any more. */
                        cancelled: number;
                        /** @description Refresh distributions that were created. */
                        refreshed: number;
                        /** @description Users whose processing failed; the log says why. */
                        failed_users: number;
                        /** @description Where to continue; null when all users are processed. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    maintenanceHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    integrity: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous call, or empty to begin with the first user. Without it the call continues the run of the day or week, which every call continues where the previous one stopped.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /**
                         * @description `done`: all users are processed. `more`: some are not; call again. `waiting`: the run of this day or week is done, nothing was read. `busy`: another call is running the job.
                         * @enum {string}
                         */
                        state: "done" | "more" | "waiting" | "busy";
                        /** @description Users processed in this call. */
                        users: number;
                        /** @description Users whose processing failed; the log says why. */
                        failed_users: number;
                        objects: number;
                        bytes: number;
                        records: number;
                        /** @description Of all checks together. */
                        findings: number;
                        /** @description Objects that cannot be read. */
                        unreadable: number;
                        /** @description Objects that no writer of this system put there. */
                        strays: number;
                        /** @description Distributions whose audience or platform does not exist. */
                        orphans: number;
                        /** @description The first results, of the run so far or, outside of a run, of this call. */
                        report: {
                            user_hash: string | null;
                            object: string;
                            check: string;
                            detail: string;
                            /** @description 0 when it is about the object as a whole. */
                            records: number;
                        }[];
                        /** @description Results that the report leaves out. */
                        report_omitted: number;
                        /** @description All calls of the run so far; null for a call with a cursor, for a dry run and while busy. */
                        run: {
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            calls: number;
                            /** @description Users processed in this call. */
                            users: number;
                            /** @description Users whose processing failed; the log says why. */
                            failed_users: number;
                            objects: number;
                            bytes: number;
                            records: number;
                            /** @description Of all checks together. */
                            findings: number;
                            /** @description Objects that cannot be read. */
                            unreadable: number;
                            /** @description Objects that no writer of this system put there. */
                            strays: number;
                            /** @description Distributions whose audience or platform does not exist. */
                            orphans: number;
                        } | null;
                        /** @description Where to continue; null when all users are processed. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    metrics: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous call, or empty to begin with the first user. Without it the call continues the run of the day or week, which every call continues where the previous one stopped.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /**
                         * @description `done`: all users are processed. `more`: some are not; call again. `waiting`: the run of this day or week is done, nothing was read. `busy`: another call is running the job.
                         * @enum {string}
                         */
                        state: "done" | "more" | "waiting" | "busy";
                        /** @description Users processed in this call. */
                        users: number;
                        /** @description Users whose processing failed; the log says why. */
                        failed_users: number;
                        objects: number;
                        bytes: number;
                        /** @description Objects beyond 70 % of a limit. */
                        near_limit: number;
                        audiences: {
                            objects: number;
                            bytes: number;
                            records: number;
                            deleted: number;
                            by_status: {
                                [key: string]: number;
                            };
                        };
                        platforms: {
                            objects: number;
                            bytes: number;
                            records: number;
                            deleted: number;
                            by_status: {
                                [key: string]: number;
                            };
                        };
                        distributions: {
                            objects: number;
                            bytes: number;
                            records: number;
                            deleted: number;
                            by_status: {
                                [key: string]: number;
                            };
                        };
                        /** @description The first results, of the run so far or, outside of a run, of this call. */
                        report: {
                            /** @description As in the logs. */
                            user_hash: string;
                            objects: number;
                            bytes: number;
                            records: number;
                        }[];
                        /** @description Results that the report leaves out. */
                        report_omitted: number;
                        /** @description All calls of the run so far; null for a call with a cursor, for a dry run and while busy. */
                        run: {
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            calls: number;
                            /** @description Users processed in this call. */
                            users: number;
                            /** @description Users whose processing failed; the log says why. */
                            failed_users: number;
                            objects: number;
                            bytes: number;
                            /** @description Objects beyond 70 % of a limit. */
                            near_limit: number;
                            audiences: {
                                objects: number;
                                bytes: number;
                                records: number;
                                deleted: number;
                                by_status: {
                                    [key: string]: number;
                                };
                            };
                            platforms: {
                                objects: number;
                                bytes: number;
                                records: number;
                                deleted: number;
                                by_status: {
                                    [key: string]: number;
                                };
                            };
                            distributions: {
                                objects: number;
                                bytes: number;
                                records: number;
                                deleted: number;
                                by_status: {
                                    [key: string]: number;
                                };
                            };
                        } | null;
                        /** @description Where to continue; null when all users are processed. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    purge: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous call, or empty to begin with the first user. Without it the call continues the run of the day or week, which every call continues where the previous one stopped.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
                /**
                 * @description `true`: change nothing; only report what would be done, from the first user on.
                 * @example true
                 */
                dry_run?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /**
                         * @description `done`: all users are processed. `more`: some are not; call again. `waiting`: the run of this day or week is done, nothing was read. `busy`: another call is running the job.
                         * @enum {string}
                         */
                        state: "done" | "more" | "waiting" | "busy";
                        /** @description Users processed in this call. */
                        users: number;
                        /** @description Users whose processing failed; the log says why. */
                        failed_users: number;
                        /** @description Deleted records. */
                        tombstones: number;
                        /** @description Of those, deleted more than PURGE_AFTER_DAYS ago. */
                        old: number;
                        /** @description Of those, kept because a distribution refers to them. */
                        referred_to: number;
                        /** @description Of those, removed permanently. */
                        purged: number;
                        /** @description Of those, restored in the meantime and therefore skipped. */
                        overtaken: number;
                        /** @description The first results, of the run so far or, outside of a run, of this call. */
                        report: {
                            /** @description As in the logs. */
                            user_hash: string;
                            table: string;
                            record_id: string;
                            deleted_days: number;
                        }[];
                        /** @description Results that the report leaves out. */
                        report_omitted: number;
                        /** @description All calls of the run so far; null for a call with a cursor, for a dry run and while busy. */
                        run: {
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            calls: number;
                            /** @description Users processed in this call. */
                            users: number;
                            /** @description Users whose processing failed; the log says why. */
                            failed_users: number;
                            /** @description Deleted records. */
                            tombstones: number;
                            /** @description Of those, deleted more than PURGE_AFTER_DAYS ago. */
                            old: number;
                            /** @description Of those, kept because a distribution refers to them. */
                            referred_to: number;
                            /** @description Of those, removed permanently. */
                            purged: number;
                            /** @description Of those, restored in the meantime and therefore skipped. */
                            overtaken: number;
                        } | null;
                        /** @description Where to continue; null when all users are processed. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    reencrypt: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous call, or empty to begin with the first user. Without it the call continues the run of the day or week, which every call continues where the previous one stopped.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
                /**
                 * @description `true`: change nothing; only report what would be done, from the first user on.
                 * @example true
                 */
                dry_run?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /**
                         * @description `done`: all users are processed. `more`: some are not; call again. `waiting`: the run of this day or week is done, nothing was read. `busy`: another call is running the job.
                         * @enum {string}
                         */
                        state: "done" | "more" | "waiting" | "busy";
                        /** @description Users processed in this call. */
                        users: number;
                        /** @description Users whose processing failed; the log says why. */
                        failed_users: number;
                        /** @description Platforms that have credentials. */
                        sealed: number;
                        /** @description Of those, encrypted with another key version than the primary one. */
                        outdated: number;
                        /** @description Of those, encrypted again. */
                        reencrypted: number;
                        /** @description Of those, changed in the meantime and therefore skipped. */
                        overtaken: number;
                        /** @description Of those, impossible to decrypt: the key version is disabled or destroyed, or the data is damaged. */
                        failed: number;
                        /** @description The first results, of the run so far or, outside of a run, of this call. */
                        report: {
                            /** @description As in the logs. */
                            user_hash: string;
                            platform_id: string;
                            key_version: string;
                            reason: string;
                        }[];
                        /** @description Results that the report leaves out. */
                        report_omitted: number;
                        /** @description All calls of the run so far; null for a call with a cursor, for a dry run and while busy. */
                        run: {
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            calls: number;
                            /** @description Users processed in this call. */
                            users: number;
                            /** @description Users whose processing failed; the log says why. */
                            failed_users: number;
                            /** @description Platforms that have credentials. */
                            sealed: number;
                            /** @description Of those, encrypted with another key version than the primary one. */
                            outdated: number;
                            /** @description Of those, encrypted again. */
                            reencrypted: number;
                            /** @description Of those, changed in the meantime and therefore skipped. */
                            overtaken: number;
                            /** @description Of those, impossible to decrypt: the key version is disabled or destroyed, or the data is damaged. */
                            failed: number;
                        } | null;
                        /** @description Where to continue; null when all users are processed. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    retention: {
        parameters: {
            query?: {
                /**
                 * @description `next_cursor` of the previous call, or empty to begin with the first user. Without it the call continues the run of the day or week, which every call continues where the previous one stopped.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
                /**
                 * @description `true`: change nothing; only report what would be done, from the first user on.
                 * @example true
                 */
                dry_run?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /**
                         * @description `done`: all users are processed. `more`: some are not; call again. `waiting`: the run of this day or week is done, nothing was read. `busy`: another call is running the job.
                         * @enum {string}
                         */
                        state: "done" | "more" | "waiting" | "busy";
                        /** @description Users processed in this call. */
                        users: number;
                        /** @description Users whose processing failed; the log says why. */
                        failed_users: number;
                        /** @description Active audiences. */
                        active: number;
                        /** @description Of those, neither changed nor distributed for RETENTION_IDLE_DAYS. */
                        idle: number;
                        /** @description Of those, archived now. */
                        archived: number;
                        /** @description Of those, changed in the meantime and therefore skipped. */
                        overtaken: number;
                        /** @description The first results, of the run so far or, outside of a run, of this call. */
                        report: {
                            /** @description As in the logs. */
                            user_hash: string;
                            audience_id: string;
                            idle_days: number;
                        }[];
                        /** @description Results that the report leaves out. */
                        report_omitted: number;
                        /** @description All calls of the run so far; null for a call with a cursor, for a dry run and while busy. */
                        run: {
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            calls: number;
                            /** @description Users processed in this call. */
                            users: number;
                            /** @description Users whose processing failed; the log says why. */
                            failed_users: number;
                            /** @description Active audiences. */
                            active: number;
                            /** @description Of those, neither changed nor distributed for RETENTION_IDLE_DAYS. */
                            idle: number;
                            /** @description Of those, archived now. */
                            archived: number;
                            /** @description Of those, changed in the meantime and therefore skipped. */
                            overtaken: number;
                        } | null;
                        /** @description Where to continue; null when all users are processed. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listPlatforms: {
        parameters: {
            query?: {
                /**
                 * @description Only those of this type.
                 * @example the_trade_desk
                 */
                platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp" | "facebook" | "google" | "thetradedesk" | "amazon";
                /**
                 * @description Default, and with `all`: every status.
                 * @example active
                 */
                status?: ("pending" | "connected" | "disconnected" | "error" | "active" | "inactive") | "all";
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Credentials are never included, only their field names and hints. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platforms: components["schemas"]["Platform"][];
                        count: number;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    savePlatform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp" | "facebook" | "google" | "thetradedesk" | "amazon";
                    status?: ("pending" | "connected" | "disconnected" | "error" | "active" | "inactive") | null;
                    name?: string;
                    settings?: ({
                        default_match_rate?: number | null;
                        auto_refresh?: boolean | null;
                        /** @enum {unknown} */
                        refresh_frequency?: "daily" | "weekly" | "monthly" | null;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                    metadata?: ({
                        tags?: string[] | null;
                    } & {
                        [key: string]: unknown;
                    }) | null;
                    platform_id?: string;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    last_sync_at?: unknown;
                    last_test?: unknown;
                    credentials?: Record<string, never> | null;
                } | unknown | unknown;
            };
        };
        responses: {
            /** @description Changed, or already as sent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform_id: string;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform_id: string;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    batchPlatforms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    filter?: {
                        /** @enum {string} */
                        platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp" | "facebook" | "google" | "thetradedesk" | "amazon";
                        /** @description Default, and with `all`: every status. */
                        status?: ("pending" | "connected" | "disconnected" | "error" | "active" | "inactive") | "all";
                    };
                    cursor?: string;
                    /** @enum {string} */
                    action: "delete" | "undelete" | "tag" | "untag";
                    tags?: string[];
                    /** @description To `archive` and `delete` only what nothing uses; what is used is refused. */
                    if_unused?: boolean;
                    dry_run?: boolean;
                } | {
                    filter?: never;
                    cursor?: never;
                    tags?: never;
                    /** @enum {unknown} */
                    action?: "delete";
                } | {
                    filter?: never;
                    cursor?: never;
                    tags?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "undelete";
                } | {
                    filter?: never;
                    cursor?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "tag" | "untag";
                } | {
                    ids?: never;
                    tags?: never;
                    /** @enum {unknown} */
                    action?: "delete";
                } | {
                    ids?: never;
                    if_unused?: never;
                    /** @enum {unknown} */
                    action?: "tag" | "untag";
                };
            };
        };
        responses: {
            /** @description One result for each record, in order. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        dry_run: boolean;
                        results: {
                            /** @description As it was sent, or as the filter found it. */
                            id: string;
                            /** @enum {string} */
                            outcome: "changed" | "unchanged" | "refused" | "retry";
                            /** @description Of changed and unchanged records: as it is now; in a dry run as it would be. */
                            version?: number;
                            /** @description In a dry run of `archive` and `delete`: what uses a record that would be changed. */
                            usage?: {
                                scheduled: number;
                                pending: number;
                                in_progress: number;
                                /** @description Ids of the platforms on which the audience is refreshed by itself; for a platform, of the audiences. At most 100. */
                                refreshing_on: string[];
                                /** @description How many there are. */
                                refreshing_count: number;
                                completed_count: number;
                                /** @description When the last one was completed; null when none was. */
                                last_at: string | null;
                            };
                            /** @description Of records that are refused or to be retried. */
                            problem?: {
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                            } & {
                                [key: string]: unknown;
                            };
                            retry_after_ms?: number;
                        }[];
                        counts: {
                            changed: number;
                            unchanged: number;
                            refused: number;
                            retry: number;
                        };
                        /** @description Of a filter that finds more records: send it as `cursor` beside the same filter. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    exportPlatforms: {
        parameters: {
            query?: {
                /**
                 * @description Only those of this type.
                 * @example the_trade_desk
                 */
                platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp" | "facebook" | "google" | "thetradedesk" | "amazon";
                /**
                 * @description Default, and with `all`: every status.
                 * @example active
                 */
                status?: ("pending" | "connected" | "disconnected" | "error" | "active" | "inactive") | "all";
                /**
                 * @description `json` without it.
                 * @example csv
                 */
                format?: "json" | "csv" | "parquet";
                /**
                 * @description `true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.
                 * @example true
                 */
                bom?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        platforms: components["schemas"]["Platform"][];
                    };
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    platformsHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPlatform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Answer 412 unless the record has one of these versions.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Answer 304 if the record still has one of these versions.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The platform. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: components["schemas"]["Platform"];
                    };
                };
            };
            /** @description Unchanged since the version in `If-None-Match`. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    deletePlatform: {
        parameters: {
            query?: {
                /**
                 * @description `true`: only while nothing uses it; otherwise 409 `in-use`.
                 * @example true
                 */
                if_unused?: "true" | "false";
            };
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    patchPlatform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": {
                    /** @enum {string} */
                    platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp" | "facebook" | "google" | "thetradedesk" | "amazon";
                    status?: ("pending" | "connected" | "disconnected" | "error" | "active" | "inactive") | null;
                    name?: string;
                    settings?: {
                        [key: string]: unknown;
                    } | null;
                    metadata?: {
                        [key: string]: unknown;
                    } | null;
                    platform_id?: string;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    last_sync_at?: unknown;
                    last_test?: unknown;
                    credentials?: {
                        /** @constant */
                        encrypted: true;
                    } | null;
                };
                "application/json": {
                    /** @enum {string} */
                    platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp" | "facebook" | "google" | "thetradedesk" | "amazon";
                    status?: ("pending" | "connected" | "disconnected" | "error" | "active" | "inactive") | null;
                    name?: string;
                    settings?: {
                        [key: string]: unknown;
                    } | null;
                    metadata?: {
                        [key: string]: unknown;
                    } | null;
                    platform_id?: string;
                    created_at?: unknown;
                    updated_at?: unknown;
                    version?: unknown;
                    deleted?: unknown;
                    client_id?: unknown;
                    updated_by?: unknown;
                    last_sync_at?: unknown;
                    last_test?: unknown;
                    credentials?: {
                        /** @constant */
                        encrypted: true;
                    } | null;
                };
            };
        };
        responses: {
            /** @description The platform as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: components["schemas"]["Platform"];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    replacePlatformCredentials: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Write-only; encrypted on arrival. Fields by platform type (? = optional): the_trade_desk: api_key, account_id; meta: access_token, account_id, app_secret?; google_ads: client_id, client_secret, refresh_token, developer_token, customer_id, login_customer_id?; linkedin: access_token, account_id; tiktok: access_token, advertiser_id; amazon_dsp: client_id, client_secret, refresh_token, profile_id, region; liveramp: access_key_id, secret_access_key, bucket, region, prefix?. */
                    credentials: Record<string, never>;
                };
            };
        };
        responses: {
            /** @description The platform as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    duplicatePlatform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Without one that of the source with “(copy)”, “(copy 2)” and so on behind it. */
                    name?: string | null;
                    platform_id?: string;
                };
            };
        };
        responses: {
            /** @description The copy with this id was made before. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform_id: string;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform_id: string;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    exportPlatform: {
        parameters: {
            query?: {
                /**
                 * @description `json` without it.
                 * @example csv
                 */
                format?: "json" | "csv" | "parquet";
                /**
                 * @description `true`: the CSV file begins with a byte order mark, without which Excel misreads `ü`.
                 * @example true
                 */
                bom?: "true" | "false";
            };
            header?: never;
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        platforms: components["schemas"]["Platform"][];
                    };
                    "text/csv": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    restorePlatform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The platform as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    setPlatformStatus: {
        parameters: {
            query?: {
                /**
                 * @description `true`: only while nothing uses it; otherwise 409 `in-use`.
                 * @example true
                 */
                if_unused?: "true" | "false";
            };
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    status: "pending" | "connected" | "disconnected" | "error" | "active" | "inactive";
                };
            };
        };
        responses: {
            /** @description The platform as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    testPlatform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result of the test, which may be a failure. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        ok: boolean;
                        /** @description ok, bad_token, no_access, wrong_account, rate_limited, unreachable, timeout or unexpected_answer: the result of the test */
                        code: string;
                        message: string;
                        /** Format: date-time */
                        checked_at: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getPlatformUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        usage: components["schemas"]["Usage"];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listPlatformVersions: {
        parameters: {
            query?: {
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most fifty are kept. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        versions: {
                            version: number;
                            /**
                             * Format: date-time
                             * @description When the change was made; of several that share an entry, the last.
                             */
                            at: string;
                            /**
                             * Format: date-time
                             * @description The first of several that share an entry.
                             */
                            since?: string;
                            /** @description The user; null when no user asked for the change. */
                            by: string | null;
                            /** @enum {string} */
                            via: "api" | "sync" | "import" | "restore" | "retention" | "dispatch" | "maintenance";
                            client_id: string | null;
                            /** @description Fields that it changed; none for the creation. */
                            changed: string[];
                        }[];
                        count: number;
                        /** @description The earliest version that can be shown. */
                        kept_since_version: number;
                        /** @description Whether something before that was not recorded, rather than left out because it is old. */
                        gap: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    forgetPlatformVersions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Forgotten. The record itself is as it was. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getPlatformVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
                /**
                 * @description A version that the list of versions names.
                 * @example 1
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What users set of it. Fields whose former values were too large to keep are absent. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: {
                            platform_id: string;
                            user_id: string;
                            /** Format: date-time */
                            created_at: string;
                            updated_at: string | null;
                            version: number;
                            deleted: boolean;
                            client_id: string | null;
                            updated_by: string | null;
                            /** @enum {string} */
                            platform_type?: "the_trade_desk" | "meta" | "google_ads" | "linkedin" | "tiktok" | "amazon_dsp" | "liveramp";
                            /** @enum {string} */
                            status?: "pending" | "connected" | "disconnected" | "error";
                            name?: string;
                            settings?: {
                                default_match_rate?: number | null;
                                auto_refresh?: boolean | null;
                                /** @enum {unknown} */
                                refresh_frequency?: "daily" | "weekly" | "monthly" | null;
                            } & {
                                [key: string]: unknown;
                            };
                            metadata?: {
                                tags?: string[] | null;
                            } & {
                                [key: string]: unknown;
                            };
                        };
                        restorable: boolean;
                        /** @description What stands against restoring it, by field; empty when it can be restored. */
                        obstacles: {
                            path: string;
                            message: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    restorePlatformVersion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The same key and body within 24 hours: done once, answered with the same result.
                 * @example 5f0c1d6e-3b0f-4a0e-9a9e-2f8d6a1c7b42
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description Change the record only if it has one of these versions; `*`: only if it exists.
                 * @example "3"
                 */
                "If-Match"?: string;
                /**
                 * @description Change the record only if it has none of these versions; `*`: only create it.
                 * @example "3"
                 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a platform.
                 * @example plat_01jw8s0c2hez2v7d1r5n8k3mqa
                 */
                platform_id: string;
                /**
                 * @description A version that the list of versions names.
                 * @example 1
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The platform as it is now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    ETag: components["headers"]["ETag"];
                    "Idempotency-Replayed": components["headers"]["Idempotency-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        platform: components["schemas"]["Platform"];
                        message: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            412: components["responses"]["StaleVersion"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    syncHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pull: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    client_id: string;
                    cursor?: string | null;
                    limit_bytes?: number | null;
                    client?: unknown;
                };
            };
        };
        responses: {
            /** @description One page; with `more`, ask again with its cursor. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        partitions: {
                            partition: string;
                            reset: boolean;
                            /**
                             * Format: date-time
                             * @description Of a reset because the service was put back to an earlier state: what was done to these records after this moment is lost there, as far as the rows do not show it.
                             */
                            put_back_to?: string;
                            rows: (components["schemas"]["Audience"] | components["schemas"]["Platform"] | components["schemas"]["DistributionSummary"] | {
                                audience_id: string;
                                version: number;
                                /** @constant */
                                deleted: true;
                            } | {
                                platform_id: string;
                                version: number;
                                /** @constant */
                                deleted: true;
                            } | {
                                distribution_id: string;
                                version: number;
                                /** @constant */
                                deleted: true;
                            })[];
                            last: boolean;
                        }[];
                        cursor: string;
                        more: boolean;
                        /** @description Partitions that cannot be read at the moment. The cursor stays where it was in them. */
                        unreadable?: string[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    push: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    client_id: string;
                    acked: number;
                    mutations: ({
                        seq: number;
                        mutation_id: string;
                    } & {
                        [key: string]: unknown;
                    })[];
                    migration?: {
                        id: string;
                        expected: number;
                        found: number;
                    } | null;
                    client?: unknown;
                };
            };
        };
        responses: {
            /** @description One result for each change, in order. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        results: {
                            seq: number;
                            /** @enum {string} */
                            status: "applied" | "merged" | "duplicate" | "conflict" | "invalid" | "retry";
                            version?: number;
                            fields?: string[];
                            server?: (components["schemas"]["Audience"] | components["schemas"]["Platform"] | components["schemas"]["DistributionSummary"] | {
                                audience_id: string;
                                version: number;
                                /** @constant */
                                deleted: true;
                            } | {
                                platform_id: string;
                                version: number;
                                /** @constant */
                                deleted: true;
                            } | {
                                distribution_id: string;
                                version: number;
                                /** @constant */
                                deleted: true;
                            }) | null;
                            retry_after_ms?: number;
                            problem?: {
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                            } & {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    listTags: {
        parameters: {
            query?: {
                /**
                 * @description Rows of a page, 1–200; 50 without it.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description `next_cursor` of the previous page.
                 * @example WzE3NDgzMzczMzA4ODcsImF1ZF8wMWp3OHJqNW03ZmtiOWMzeHcwcTR6NnQybiJd
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Spellings of one text in Unicode are one tag. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        tags: {
                            tag: string;
                            /** @description Drafts and active audiences that have it. */
                            live: number;
                            archived: number;
                        }[];
                        count: number;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    renameTag: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    from: string;
                    to: string;
                };
            };
        };
        responses: {
            /** @description What became of the audiences that had the tag. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @enum {string} */
                        outcome: "changed" | "unchanged";
                        /** @description Audiences that have the new name now, but for deleted ones. */
                        changed: number;
                        /** @description Audiences that keep the old one, and why; the first 50. */
                        left: {
                            audience_id: string;
                            name: string;
                            problem: {
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                            } & {
                                [key: string]: unknown;
                            };
                        }[];
                        left_count: number;
                        /** @description There was not enough time for all of them: ask again. */
                        more: boolean;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    undo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Everything is to be as it was then: at most a day ago.
                     */
                    at: string;
                    dry_run?: boolean;
                };
            };
        };
        responses: {
            /** @description What was taken back, and what was left as it is. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** Format: date-time */
                        at: string;
                        dry_run: boolean;
                        undone: {
                            /** @enum {string} */
                            kind: "audience" | "platform" | "distribution";
                            id: string;
                            /** @description Of a distribution: of its audience. */
                            name: string | null;
                            /**
                             * @description `deleted`: it was made since; `restored`: it was deleted since; `changed`: its fields are as they were.
                             * @enum {string}
                             */
                            change: "deleted" | "restored" | "changed";
                            /** @description Fields that have their former values again. */
                            fields: string[];
                            /** @description Fields that were changed since and cannot go back. */
                            kept: string[];
                            /** @description As it is now; in a dry run as it would be. */
                            version: number;
                        }[];
                        /** @description The first 1000 of those that stay as they are, and of those to be asked for again. */
                        left: {
                            /** @enum {string} */
                            kind: "audience" | "platform" | "distribution";
                            id: string;
                            /** @description Of a distribution: of its audience. */
                            name: string | null;
                            /** @enum {string} */
                            reason: "changed_by_others" | "shared_entry" | "not_kept" | "already_sent" | "past_due" | "cannot_go_back" | "retry";
                            problem?: {
                                type: string;
                                title: string;
                                status: number;
                                detail: string;
                            } & {
                                [key: string]: unknown;
                            };
                        }[];
                        /** @description How many stay as they are. */
                        left_count: number;
                        /** @description How many could not be decided, with the reason `retry`: ask again. */
                        retry_count: number;
                        /** @description Whether there is more to take back: ask again with the same time. */
                        more: boolean;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            405: components["responses"]["MethodNotAllowed"];
            409: components["responses"]["IllegalTransition"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnresolvableReference"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    getSummary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description `me`, or the user of the token.
                 * @example me
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        summary: {
                            audiences: {
                                total: number;
                                active: number;
                                draft: number;
                                archived: number;
                            };
                            platforms: {
                                total: number;
                                by_status: {
                                    [key: string]: number;
                                };
                                by_type: {
                                    [key: string]: number;
                                };
                            };
                            distributions: {
                                total: number;
                                by_status: {
                                    [key: string]: number;
                                };
                                /** @description The mean of the reported match rates; null when none was reported. */
                                average_match_rate: number | null;
                            };
                            /** @description The latest change of any record; null when there is none. */
                            last_activity: string | null;
                        };
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Contended"];
        };
    };
    webHealth: {
        parameters: {
            query?: {
                /**
                 * @description 1 also checks the dependencies of the function; the result is kept for 10 s
                 * @example 1
                 */
                deep?: "0" | "1";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        success: true;
                        /** @constant */
                        status: "ok";
                        /** @constant */
                        storage_backend: "parquet";
                        revision: string;
                        /** Format: date-time */
                        timestamp: string;
                    };
                };
            };
            400: components["responses"]["InvalidInput"];
            405: components["responses"]["MethodNotAllowed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
            /** @description A dependency does not answer */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
