#!/usr/bin/env bash
# Puts traffic back to the revision that served before the last rollout, by hand. Needs gcloud and bash, nothing else.
#
#   infra/deliver/scripts/rollback.sh --env prod --project P --region R [--function NAME] [--revision REVISION] [--yes]
#
# Without --function all functions go back, or none: their targets are checked before the first is touched. A rollout
# that is under way finds its lock taken and stops. It asks before it changes anything, unless --yes is given.
set -euo pipefail

usage() {
  sed -n '4p' "$0" | sed 's/^# *//' >&2
  exit 2
}
die() {
  echo "rollback: $*" >&2
  exit 1
}

env='' project='' region='' function='' revision='' yes=no
while (($# > 0)); do
  case $1 in
    --yes) yes=yes && shift && continue ;;
    --env | --project | --region | --function | --revision) ;;
    *) usage ;;
  esac
  [[ $# -ge 2 && -n $2 ]] || usage
  printf -v "${1#--}" '%s' "$2"
  shift 2
done
[[ -n $env && -n $project && -n $region ]] || usage
[[ -z $revision || -n $function ]] || die '--revision is of one function: say which with --function'
command -v gcloud >/dev/null || die 'gcloud is not installed'

# As in infra/deliver/rollout/names.ts.
lock_url="gs://$project-activation-$env-delivery/locks/rollout.json"
of_project=(--project="$project" --quiet)
of_region=(--region="$region" "${of_project[@]}")

# lines_of <gcloud arguments…>: the output, or the end of everything when it cannot be had.
lines_of() {
  gcloud "$@" || die "gcloud ${*:1:4} failed; nothing was changed by this step"
}

# traffic_of <service>: one line "revision,percent,tag" for each traffic target.
traffic_of() {
  lines_of run services describe "$1" "${of_region[@]}" --flatten='status.traffic[]' \
    --format='csv[no-heading](status.traffic.revisionName,status.traffic.percent,status.traffic.tag)'
}

# ready_revisions <service>: those that can serve, the newest first. Flattened before it is filtered, so that both
# terms are about one condition.
ready_revisions() {
  lines_of run revisions list --service="$1" "${of_region[@]}" --sort-by='~metadata.creationTimestamp' \
    --flatten='status.conditions[]' --filter='status.conditions.type=Ready AND status.conditions.status=True' \
    --format='value(metadata.name)'
}

if [[ -n $function ]]; then
  services=("am-$function")
else
  # No mapfile, no empty arrays: macOS still has the bash of 2007.
  listed=$(lines_of run services list "${of_region[@]}" --filter='metadata.name~^am-' --format='value(metadata.name)')
  [[ -n $listed ]] || die "there is no service am-… in $project, $region"
  services=()
  while IFS= read -r name; do services+=("$name"); done <<<"$listed"
fi

# What a rollout that is under way, or died, noted: where traffic belonged before it.
lock=$(gcloud storage cat "$lock_url" "${of_project[@]}" 2>/dev/null || true)
if [[ -n $lock ]]; then
  owner=$(sed -n 's/^  "owner": "\(.*\)",$/\1/p' <<<"$lock")
  echo "A rollout holds the lock: ${owner:-unknown}. Taking it makes that rollout stop."
fi

changes=()
for service in "${services[@]}"; do
  traffic=$(traffic_of "$service")
  previous='' serving=()
  while IFS=, read -r name percent tag; do
    [[ $tag != previous ]] || previous=$name
    [[ -z $percent || $percent == 0 ]] || serving+=("$name=$percent")
  done <<<"$traffic"
  noted=$(sed -n "s/^    \"$service\": \"\([^\"]*\)\",\{0,1\}\$/\1/p" <<<"$lock")
  target=${revision:-${noted:-$previous}}
  echo "$service: serves ${serving[*]:-nothing}"
  if [[ -z $target ]]; then
    echo "  no revision is tagged previous. Ready ones, the newest first:"
    ready_revisions "$service" | sed 's/^/    /'
    die "name one: --function ${service#am-} --revision …"
  fi
  if [[ ${serving[*]:-} == "$target=100" ]]; then
    echo "  already serves $target. Other ready ones, the newest first:"
    ready_revisions "$service" | grep -vxF "$target" | sed 's/^/    /' || true
    continue
  fi
  # Captured first: grep would end its reader early.
  ready=$(ready_revisions "$service")
  grep -qxF "$target" <<<"$ready" || die "$service has no ready revision $target; nothing was changed"
  echo "  goes back to $target"
  changes+=("$service=$target")
done

if ((${#changes[@]} == 0)); then
  echo 'Nothing to change.'
  exit 0
fi
if [[ $yes != yes ]]; then
  read -r -p "Change traffic of ${#changes[@]} service(s) in $env ($project)? [y/N] " answer
  [[ $answer == y || $answer == Y ]] || die 'nothing was changed'
fi

# Ours from here on: a rollout checks its lock before every change. It says nothing of what served before, because this
# is where traffic belongs; should this be interrupted, it is to be run again.
lease_until=$(date -u -d '+10 minutes' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+10M +%Y-%m-%dT%H:%M:%SZ)
printf '{\n  "owner": "rollback.sh, %s",\n  "lease_until": "%s",\n  "serving": {}\n}\n' "${USER:-unknown}" "$lease_until" |
  gcloud storage cp - "$lock_url" "${of_project[@]}" || die 'the lock could not be taken; nothing was changed'

failed=()
for change in "${changes[@]}"; do
  service=${change%%=*} target=${change#*=}
  gcloud run services update-traffic "$service" --remove-tags=candidate --to-revisions="$target=100" \
    "${of_region[@]}" --format=none || failed+=("$service")
done
# Once more to see that a rollout's last command did not come in between.
for change in "${changes[@]}"; do
  service=${change%%=*} target=${change#*=}
  traffic=$(traffic_of "$service")
  if ! grep -q "^$target,100,*" <<<"$traffic"; then failed+=("$service"); fi
done
gcloud storage rm "$lock_url" "${of_project[@]}" || echo 'The lock could not be removed; it runs out in ten minutes.' >&2
if ((${#failed[@]} > 0)); then die "NOT put back: ${failed[*]}. Run this again."; fi
printf 'Put back: %s\n' "${changes[*]}"
