#!/usr/bin/env bash
# Returns traffic to the revision that served before the last rollout. Needs only gcloud and bash. Terraform puts it into
# the delivery bucket, where people on call find it without a checkout.
set -euo pipefail

usage() {
  echo 'Usage: infra/deliver/scripts/rollback.sh --env ENV --project PROJECT --region REGION [--function NAME] [--revision REVISION] [--yes]'
}
help() {
  usage
  cat <<'HELP'

Returns traffic to the revision that served before the last rollout. It shows the change and asks; at the end it says how
to go forward again. Without --function
it changes all functions or none: it checks every target before it changes the first. A rollout in progress loses its
lock and stops.

Options:
  --env ENV            environment: dev, staging or prod
  --project PROJECT    Google Cloud project of the environment
  --region REGION      region of the functions
  --function NAME      only this function, for example audiences
  --revision REVISION  revision to go back to; needs --function
  --yes                change traffic without asking
  -h, --help           print this and exit

Exit codes:
  0  done, or nothing to change
  1  failed or not confirmed; the output names what was changed
  2  the command line is wrong; nothing was done

Examples:
  infra/deliver/scripts/rollback.sh --env prod --project my-project --region europe-west1
      Returns all functions to their previous revisions
  npm run rollback -- --env prod --project my-project --region europe-west1 --function audiences --revision am-audiences-00041-abc
      Returns one function to a revision of your choice
HELP
}

# usage_error <message>
usage_error() {
  echo "$1" >&2
  usage >&2
  echo 'Help:  infra/deliver/scripts/rollback.sh --help' >&2
  exit 2
}

# unknown_option <flag>: names the right flag with the longest common beginning.
unknown_option() {
  local known length near=''
  for ((length = ${#1}; length > 2; length--)); do
    for known in --env --project --region --function --revision --yes --help; do
      if [[ -z $near && ${known:0:length} == "${1:0:length}" ]]; then near=$known; fi
    done
  done
  usage_error "Unknown option $1.${near:+ Did you mean $near?}"
}
die() {
  echo "rollback: $*" >&2
  exit 1
}

env='' project='' region='' function='' revision='' yes=no
for argument in "$@"; do
  if [[ $argument == --help || $argument == -h ]]; then help && exit 0; fi
done
while (($# > 0)); do
  case $1 in
    --yes) yes=yes && shift && continue ;;
    --env | --project | --region | --function | --revision) ;;
    -*) unknown_option "$1" ;;
    *) usage_error "Unexpected argument $1." ;;
  esac
  [[ $# -ge 2 && -n $2 ]] || usage_error "$1 needs a value."
  printf -v "${1#--}" '%s' "$2"
  shift 2
done
[[ -n $env ]] || usage_error '--env is required.'
[[ -n $project ]] || usage_error '--project is required.'
[[ -n $region ]] || usage_error '--region is required.'
[[ -z $revision || -n $function ]] || usage_error '--revision needs --function.'
command -v gcloud >/dev/null || die 'gcloud is not installed'

# As in infra/deliver/rollout/names.ts.
lock_url="gs://$project-activation-$env-delivery/locks/rollout.json"
of_project=(--project="$project" --quiet)
of_region=(--region="$region" "${of_project[@]}")

# lines_of <gcloud arguments…>: the output; ends the script when gcloud fails.
lines_of() {
  gcloud "$@" || die "gcloud ${*:1:4} failed; this step changed nothing"
}

# traffic_of <service>: one line "revision,percent,tag" for each traffic target.
traffic_of() {
  lines_of run services describe "$1" "${of_region[@]}" --flatten='status.traffic[]' \
    --format='csv[no-heading](status.traffic.revisionName,status.traffic.percent,status.traffic.tag)'
}

# ready_revisions <service>: one line "revision,image" for each revision that can serve, newest first. Flattened before
# filtering, so that both terms apply to the same condition.
ready_revisions() {
  lines_of run revisions list --service="$1" "${of_region[@]}" --sort-by='~metadata.creationTimestamp' \
    --flatten='status.conditions[]' --filter='status.conditions.type=Ready AND status.conditions.status=True' \
    --format='csv[no-heading](metadata.name,spec.containers[0].image)'
}

# image_of <revision> <ready revisions>
image_of() {
  sed -n "s/^$1,//p" <<<"$2"
}

if [[ -n $function ]]; then
  services=("am-$function")
else
  # No mapfile, no empty arrays: macOS still has the bash of 2007.
  listed=$(lines_of run services list "${of_region[@]}" --filter='metadata.name~^am-' --format='value(metadata.name)')
  [[ -n $listed ]] || die "$project has no service am-… in $region"
  services=()
  while IFS= read -r name; do services+=("$name"); done <<<"$listed"
fi

# The lock of a rollout in progress, or of one that did not finish: it names the revisions that served before.
lock=$(gcloud storage cat "$lock_url" "${of_project[@]}" 2>/dev/null || true)
if [[ -n $lock ]]; then
  owner=$(sed -n 's/^  "owner": "\(.*\)",$/\1/p' <<<"$lock")
  echo "A rollout holds the lock: ${owner:-unknown}. Taking the lock stops that rollout."
fi

changes=() left_image=''
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
    echo "  no revision is tagged previous. Ready revisions, newest first:"
    ready_revisions "$service" | sed 's/,.*//; s/^/    /'
    die "name a revision: --function ${service#am-} --revision …"
  fi
  if [[ ${serving[*]:-} == "$target=100" ]]; then
    echo "  already serves $target. Other ready revisions, newest first:"
    ready_revisions "$service" | sed 's/,.*//' | grep -vxF "$target" | sed 's/^/    /' || true
    continue
  fi
  # Captured first: grep -q would close the pipe early.
  ready=$(ready_revisions "$service")
  image=$(image_of "$target" "$ready")
  [[ -n $image ]] || die "$service has no ready revision $target; nothing was changed"
  if [[ -z $revision$noted && $image != */activation-manager/* ]]; then
    die "$target of $service is no release but the placeholder $image: there is nothing to go back to; nothing was changed"
  fi
  echo "  returns to $target"
  left=${serving[0]:-}
  left_image=$(image_of "${left%=*}" "$ready")
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

# From here on we hold the lock, and a rollout checks its lock before every change. Ours names no revisions to restore:
# after an interruption, run the script again.
lease_until=$(date -u -d '+10 minutes' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+10M +%Y-%m-%dT%H:%M:%SZ)
printf '{\n  "owner": "rollback.sh, %s",\n  "lease_until": "%s",\n  "serving": {}\n}\n' "${USER:-unknown}" "$lease_until" |
  gcloud storage cp - "$lock_url" "${of_project[@]}" || die 'the lock could not be taken; nothing was changed'

failed=()
for change in "${changes[@]}"; do
  service=${change%%=*} target=${change#*=}
  gcloud run services update-traffic "$service" --remove-tags=candidate --to-revisions="$target=100" \
    "${of_region[@]}" --format=none || failed+=("$service")
done
# Read again: the last command of a rollout may have landed in between.
for change in "${changes[@]}"; do
  service=${change%%=*} target=${change#*=}
  traffic=$(traffic_of "$service")
  if ! grep -q "^$target,100,*" <<<"$traffic"; then failed+=("$service"); fi
done
gcloud storage rm "$lock_url" "${of_project[@]}" || echo 'The lock could not be removed; it expires in ten minutes.' >&2
if ((${#failed[@]} > 0)); then die "NOT returned: ${failed[*]}. Run this again."; fi
printf 'Returned: %s\n' "${changes[*]}"
if [[ $left_image == */activation-manager/* ]]; then
  echo 'To go forward again, with smoke tests and gates, from a checkout of that release after npm run build:'
  echo "  npm run deploy -- --env $env --project $project --region $region --image $left_image"
fi
