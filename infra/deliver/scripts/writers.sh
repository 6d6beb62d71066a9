#!/usr/bin/env bash
# Stops and starts everything that writes by itself: BigQuery's copies, the schedule, the functions that users call. Needs
# gcloud, curl and jq, which Cloud Shell has. Terraform puts it into the delivery bucket, where people on call find it without
# a checkout.
set -euo pipefail

usage() {
  echo 'Usage: infra/deliver/scripts/writers.sh stop|start|show --env ENV --project PROJECT --region REGION'
}
help() {
  usage
  cat <<'HELP'

Stops or starts everything that writes to an environment by itself, in the order in which nothing is lost:
  stop   1. BigQuery's copies: they would delete from the native tables what the bucket has lost
         2. the jobs of Cloud Scheduler, which reach functions from inside
         3. the functions, for callers from outside; the app goes on and keeps changes on its devices
  start  the same in the opposite order
  show   what is stopped

Repeating it does no harm. Uptime checks go on: they read only, and their alerts say what users see.

Options:
  --env ENV            environment: dev, staging or prod
  --project PROJECT    Google Cloud project of the environment
  --region REGION      region of the functions
  -h, --help           print this and exit

Exit codes:
  0  done
  1  failed; the output names what was not changed. Run it again
  2  the command line is wrong; nothing was done

Examples:
  infra/deliver/scripts/writers.sh stop --env prod --project my-project --region europe-west1
      Stops all writers, for example before a bucket is restored
HELP
}

# usage_error <message>
usage_error() {
  echo "$1" >&2
  usage >&2
  echo 'Help:  infra/deliver/scripts/writers.sh --help' >&2
  exit 2
}
die() {
  echo "writers: $*" >&2
  exit 1
}

action='' env='' project='' region=''
for argument in "$@"; do
  if [[ $argument == --help || $argument == -h ]]; then help && exit 0; fi
done
while (($# > 0)); do
  case $1 in
    stop | start | show) action=$1 && shift && continue ;;
    --env | --project | --region) ;;
    -*) usage_error "Unknown option $1." ;;
    *) usage_error "Unexpected argument $1." ;;
  esac
  [[ $# -ge 2 && -n $2 ]] || usage_error "$1 needs a value."
  printf -v "${1#--}" '%s' "$2"
  shift 2
done
[[ -n $action ]] || usage_error 'Say what to do: stop, start or show.'
[[ -n $env ]] || usage_error '--env is required.'
[[ -n $project ]] || usage_error '--project is required.'
[[ -n $region ]] || usage_error '--region is required.'
for program in gcloud curl jq; do command -v "$program" >/dev/null || die "$program is not installed"; done

of_project=(--project="$project" --quiet)
of_region=(--region="$region" "${of_project[@]}")
of_location=(--location="$region" "${of_project[@]}")
bigquery=${BIGQUERY_API_ENDPOINT:-https://bigquery.googleapis.com}
transfers=${BIGQUERY_DATA_TRANSFER_API_ENDPOINT:-https://bigquerydatatransfer.googleapis.com}
failed=()

# call <method> <url> [<body>]: the JSON that Google answers.
call() {
  local body=()
  [[ -z ${3:-} ]] || body=(--data "$3")
  curl -sS --fail --max-time 60 -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    ${body[@]+"${body[@]}"} "$2"
}

# copies: one line "name disabled" for each scheduled query that fills a native table. As in terraform/bigquery.tf.
copies() {
  local location
  location=$(call GET "$bigquery/bigquery/v2/projects/$project/datasets/activation_manager" | jq -r '.location | ascii_downcase')
  call GET "$transfers/v1/projects/$project/locations/$location/transferConfigs" |
    jq -r '.transferConfigs[]? | select(.displayName | startswith("activation: ")) | "\(.name) \(.disabled // false)"'
}

# set_copies <true or false>: whether they are disabled.
set_copies() {
  local listed name
  listed=$(copies) || { failed+=('the copies of BigQuery') && return; }
  while read -r name _; do
    [[ -z $name ]] || call PATCH "$transfers/v1/$name?updateMask=disabled" "{\"disabled\": $1}" >/dev/null || failed+=("$name")
  done <<<"$listed"
}

# jobs: one line "name,state" for each job of the schedule.
jobs() {
  gcloud scheduler jobs list "${of_location[@]}" --format='csv[no-heading](name.basename(),state)' |
    sed -n '/^maintenance-/p'
}

# set_jobs <pause or resume>
set_jobs() {
  local listed job
  listed=$(jobs) || { failed+=('the schedule') && return; }
  while IFS=, read -r job _; do
    [[ -n $job ]] || continue
    # Both in full: gcloud's linter reads them.
    if [[ $1 == pause ]]; then
      gcloud scheduler jobs pause "$job" "${of_location[@]}" >/dev/null || failed+=("$job")
    else
      gcloud scheduler jobs resume "$job" "${of_location[@]}" >/dev/null || failed+=("$job")
    fi
  done <<<"$listed"
}

# writing_services: every service but the one that serves the app's pages, which writes nothing.
writing_services() {
  gcloud run services list "${of_region[@]}" --filter='metadata.name~^am-' --format='value(metadata.name)' | grep -vxF am-web
}

# set_ingress <internal or all>
set_ingress() {
  local listed service
  listed=$(writing_services) || { failed+=('the functions') && return; }
  while read -r service; do
    if [[ $1 == internal ]]; then
      gcloud run services update "$service" --ingress=internal "${of_region[@]}" --format=none || failed+=("$service")
    else
      gcloud run services update "$service" --ingress=all "${of_region[@]}" --format=none || failed+=("$service")
    fi
  done <<<"$listed"
}

show() {
  copies | sed 's/ true$/ stopped/; s/ false$/ runs/; s/^/copy      /'
  jobs | sed 's/,PAUSED$/ stopped/; s/,ENABLED$/ runs/; s/^/schedule  /'
  local service
  writing_services | while read -r service; do
    gcloud run services describe "$service" "${of_region[@]}" --format=json |
      jq -r '"function  \(.metadata.name) " + if .metadata.annotations["run.googleapis.com/ingress"] == "internal" then "stopped" else "runs" end'
  done
}

token=$(gcloud auth print-access-token --quiet) || die 'gcloud is not signed in; nothing was changed'
case $action in
  stop)
    set_copies true
    set_jobs pause
    set_ingress internal
    ;;
  start)
    set_ingress all
    set_jobs resume
    set_copies false
    ;;
esac
show || failed+=('what is shown above')
if ((${#failed[@]} > 0)); then die "NOT changed: ${failed[*]}. Run this again."; fi
if [[ $action == stop ]]; then echo 'Requests under way end within five minutes. Wait for that before you change objects.'; fi
