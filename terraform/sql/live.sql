-- Every record that is not deleted. A query must say of which users or months: the folders it need not open.
SELECT ${folders}, ${shown}
FROM `${lake}`
WHERE deleted IS NOT TRUE
