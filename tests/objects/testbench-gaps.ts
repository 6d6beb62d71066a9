/**
 * Where Google's own test server (https://github.com/googleapis/storage-testbench, at e8c8507) departs from Google's
 * documentation. It is made for the retries of client libraries: it keeps objects in memory, and is careless about what
 * those libraries never send. Of what the commit protocol stands on it departs in one status only.
 */
import type { GapProfile } from './gap-profile.ts'

export const TESTBENCH_GAPS: GapProfile = {
  irremovable: /[\n\r]/,
  gaps: [
    {
      title: 'errors have a shape of their own',
      reason: 'the documented body is a text inside its message. So only this one test looks at the shape there.',
      tests: /^a refusal says its status, its reason/,
      found_as: /404 with the body/,
    },
    {
      title: 'a wrong checksum is a 412',
      reason:
        'Google documents a 400. Nothing is stored either way, and a conflict makes a commit read again and never ' +
        'acknowledge.',
      tests: /^in .* insert (a wrong|the right crc32c and a wrong md5)|^the object store .* says of bytes that do not/,
      found_as: /expected 412 to be 400|the call did not fail as a store fails/,
    },
    {
      title: 'a checksum that is none is a 500',
      reason: 'its decoder throws. Nothing is stored.',
      tests: /^in .* insert a crc32c that is none/,
      found_as: /expected 500 to be 400/,
    },
    {
      title: 'an object of no bytes has no size',
      reason: 'it leaves out what is zero. The adapter reads sizes from lists only, and no object of ours is empty.',
      tests: /^the checksums of an object of 0 bytes/,
      found_as: /to match object \{ crc32c: 'AAAAAA=='/,
    },
    {
      title: 'a composed object has an md5 and no count of components',
      reason: 'the project composes nothing.',
      tests: /^the checksums of an object that was composed/,
      found_as: /to match object \{ crc32c: 'scc5Hw=='/,
    },
    {
      title: 'a precondition that is no number is a 500',
      reason: 'its int() throws, and where there is no object the 404 comes first. Nothing is written.',
      tests: /= ill-formed on an object|(Match|Generation) = ill-formed →|"latest"/,
      found_as: /expected (500|404|NaN) to be 400/,
    },
    {
      title: 'ifGenerationNotMatch lets a write through where there is no object',
      reason:
        'Google documents "If no live object exists, the precondition fails". Ours is the documented reading; the ' +
        'adapter sends this precondition with reads alone, where both say 404.',
      tests: /ifGenerationNotMatch = (same|other) on an object that is absent: 304/,
      found_as: /expected 'done' to be 304/,
    },
    {
      title: 'ifMetagenerationMatch is a 500 where there is no object',
      reason: 'its message about the mismatch throws. Nothing is written, and no request of ours has it.',
      tests: /ifMetagenerationMatch = (same|other) on an object that is absent: 412/,
      found_as: /expected (500|NaN) to be 412/,
    },
    {
      title: 'entity tags are not compared',
      reason: 'it knows neither If-Match nor If-None-Match. The adapter compares generations.',
      tests: /^an entity tag in a header (if-match: "other"|if-none-match: (own|"other", "own"|\*))/,
      found_as: /expected 200 to be (412|304)/,
    },
    {
      title: 'a list has one page',
      reason: 'it ignores maxResults and pageToken. Pages are judged on the stand-in and by answers made by hand.',
      tests:
        /^a list (in pages of two with (\{\}|\{ prefix: '(a|a\/)' \}|\{ delimiter: '\/' \}|\{ delimiter: '\/', prefix: '(a|a\/)'|\{ startOffset: 'a\/2'|\{ endOffset)|hands out its next token)|^versions of one name are not torn/,
      found_as: /to be less than or equal to 2|to deeply equal/,
    },
    {
      title: 'a delimiter is one character',
      reason: 'of a longer one it takes the first. The project lists without delimiters.',
      tests: /^a list (in pages of two )?with \{ delimiter: '\/e'/,
      found_as: /'d\/'|"d\/"/,
    },
    {
      title: 'a list and the metadata of an object differ',
      reason: 'a list has the access control too, whatever the projection.',
      tests: /^a list shows each object as its metadata does/,
      found_as: /to deeply equal/,
    },
    {
      title: 'a wildcard among the fields means nothing',
      reason: 'no request of ours has one.',
      tests: /^a list with a wildcard among the fields/,
      found_as: /items: \[ \{\} \]/,
    },
    {
      title: 'a parameter of a list that is ill-formed is ignored',
      reason: 'parameters of a list are made by the adapter alone.',
      tests: /^a list with \{"(fields|maxResults|pageToken)":.* is a 400|^fields that are ill-formed/,
      found_as: /expected 200 to be 400/,
    },
    {
      title: 'a suffix longer than the object begins before it',
      reason: 'the bytes are right, and only content-range is wrong; the adapter reads the size of the whole from it.',
      tests: /^a range bytes=-99 of 10 bytes/,
      found_as: /bytes -89-9\/10/,
    },
    {
      title: 'a 416 does not name the size',
      reason: 'the adapter takes the status alone.',
      tests: /^a range names the size of the object/,
      found_as: /expected null/,
    },
    {
      title: 'what Google refuses it stores',
      reason: 'a compose of nothing, names too long or with line ends: no name of ours is any of these.',
      tests: /^refused in the documented shape (a compose of nothing|a name )|^what was refused left nothing behind/,
      found_as: /expected 200 to be 400|to not have property "items"/,
    },
    {
      title: 'what is ill-formed is a 500',
      reason: 'its parser throws. Nothing is stored.',
      tests: /^refused in the documented shape (a generation that is no number|a multipart insert)/,
      found_as: /expected 500 to be 400/,
    },
    {
      title: 'a replaced version does not say when',
      reason: 'it keeps what was replaced, in every bucket, and shows it as if it were live.',
      tests:
        /^in a bucket that is versioned (an overwrite|a new generation starts|a patch of a noncurrent|a copy of a noncurrent)|^versions have generations that grow/,
      found_as: /@\d\*|NaN/,
    },
    {
      title: 'a deleted version is gone',
      reason: 'a delete removes, also in a bucket with Object Versioning. Restores are judged on the stand-in.',
      tests:
        /^in a bucket that is versioned (a delete makes|a second delete|a delete of the live|a create after|a deleted object)/,
      found_as: /to deeply equal|to include 404/,
    },
    {
      title: 'a content type may not differ from that of its part',
      reason: 'the adapter sends the same in both.',
      tests: /^versions keep the metadata they had/,
      found_as: /Content-Type validation failed/,
    },
  ],
}
