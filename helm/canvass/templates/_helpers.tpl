{{/* The name of everything. Node ids are made of it: 63 characters at most, with -headless and the like behind it. */}}
{{- define "canvass.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "canvass.headless" -}}
{{- include "canvass.fullname" . }}-headless
{{- end -}}

{{/* Behind a pod's name and a dot, its DNS name. */}}
{{- define "canvass.podDomain" -}}
{{- printf "%s.%s.svc.%s" (include "canvass.headless" .) .Release.Namespace .Values.clusterDomain -}}
{{- end -}}

{{- define "canvass.scheme" -}}
{{- if and .Values.tls.enabled .Values.tls.client }}https{{ else }}http{{ end -}}
{{- end -}}

{{/* Of any node that is ready. */}}
{{- define "canvass.url" -}}
{{- printf "%s://%s.%s.svc.%s:%d" (include "canvass.scheme" .) (include "canvass.fullname" .) .Release.Namespace .Values.clusterDomain (int .Values.service.port) -}}
{{- end -}}

{{- define "canvass.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* With the component node, what the services, the policies and the StatefulSet select. */}}
{{- define "canvass.nodeLabels" -}}
{{ include "canvass.selectorLabels" . }}
app.kubernetes.io/component: node
{{- end -}}

{{- define "canvass.labels" -}}
{{ include "canvass.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "canvass.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* What the image holds: said, or read off its tag, or the chart's. */}}
{{- define "canvass.version" -}}
{{- $tag := trimPrefix "v" .Values.image.tag -}}
{{- if .Values.preflight.version -}}
{{- .Values.preflight.version -}}
{{- else if regexMatch "^[0-9]+\\.[0-9]+\\.[0-9]+" $tag -}}
{{- $tag -}}
{{- else -}}
{{- .Chart.AppVersion -}}
{{- end -}}
{{- end -}}

{{- define "canvass.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "canvass.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The first pods, with which the cluster is formed: once. Later its log knows the members. */}}
{{- define "canvass.voters" -}}
{{- $voters := list -}}
{{- range $i := until (int (min .Values.replicas .Values.bootstrapReplicas)) -}}
{{- $pod := printf "%s-%d" (include "canvass.fullname" $) $i -}}
{{- $host := printf "%s.%s" $pod (include "canvass.podDomain" $) -}}
{{- $voters = append $voters (printf "%s@%s:%d=%s://%s:%d" $pod $host (int $.Values.ports.peer) (include "canvass.scheme" $) $host (int $.Values.ports.http)) -}}
{{- end -}}
{{- join "," $voters -}}
{{- end -}}

{{/* Helm reads 1000000 as a float, and prints it as 1e+06. */}}
{{- define "canvass.scalar" -}}
{{- if and (kindIs "float64" .) (eq (float64 .) (floor .)) -}}
{{- printf "%d" (int64 .) -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* What the chart itself sets, as properties. */}}
{{- define "canvass.ownSettings" -}}
server.address: "0.0.0.0"
{{- if .Values.tls.enabled }}
{{- $bundle := "spring.ssl.bundle.pem.canvass" }}
{{ $bundle }}.keystore.certificate: "file:/etc/canvass/tls/tls.crt"
{{ $bundle }}.keystore.private-key: "file:/etc/canvass/tls/tls.key"
{{ $bundle }}.truststore.certificate: "file:/etc/canvass/tls/ca.crt"
{{ $bundle }}.reload-on-update: "true"
{{- if .Values.tls.client }}
server.ssl.bundle: "canvass"
server.ssl.client-auth: {{ .Values.tls.clientAuth | quote }}
{{- end }}
{{- if .Values.tls.peer }}
kv.peer.tls.bundle: "canvass"
kv.peer.tls.mode: {{ .Values.tls.peerMode | quote }}
kv.peer.tls.identity: {{ printf "dns:{id}.%s" (include "canvass.podDomain" .) | quote }}
{{- end }}
{{- end }}
{{- if .Values.auth.insecure }}
kv.security.insecure: "true"
{{- else }}
kv.security.authentication: "true"
kv.security.admin-token-file: "/etc/canvass/admin/token"
{{- end }}
{{- end -}}

{{- define "canvass.config" -}}
{{- range $name, $value := .Values.config }}
{{- range $own := list "kv.node." "kv.data-dir" "kv.cluster.voters" "kv.peer.advertise" "kv.peer.port" "kv.peer.host" "kv.peer.tls." "server.port" "server.ssl." "server.address" "spring.ssl." "kv.security.insecure" "kv.security.authentication" "kv.security.admin-token-file" }}
{{- if hasPrefix $own $name }}
{{- fail (printf "config: %s is set by the chart itself (README.md says by which value); take it out of config. Nothing was changed." $name) }}
{{- end }}
{{- end }}
{{ $name | quote }}: {{ include "canvass.scalar" $value | quote }}
{{- end }}
{{- end -}}

{{/* For every container of ours that is no node. */}}
{{- define "canvass.toolPod" -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* What must be right before anything is made of the values, and no schema can say. */}}
{{- define "canvass.check" -}}
{{- $secret := .Values.auth.adminToken.existingSecret }}
{{- if and (not $secret) (not .Values.auth.insecure) }}
{{- fail (printf "auth: nobody could be let in. Make a Secret with the first administrator's token and name it:\n\n  kubectl create secret generic canvass-admin -n %s --from-literal=token=\"$(openssl rand -hex 32)\"\n  ... --set auth.adminToken.existingSecret=canvass-admin\n\nOr say auth.insecure=true: then whoever reaches the service may do everything. Nothing was installed." .Release.Namespace) }}
{{- end }}
{{- if and $secret .Values.auth.insecure }}
{{- fail "auth: insecure=true lets everybody in, and adminToken.existingSecret lets nobody in without a token. Set one of the two. Nothing was changed." }}
{{- end }}
{{- if .Values.tls.enabled }}
{{- if and (eq .Values.tls.source "secret") (not .Values.tls.existingSecret) }}
{{- fail "tls: source is secret, and tls.existingSecret names none. Name one with tls.crt, tls.key and ca.crt, or set tls.source to certManager or certManagerCsi. Nothing was changed." }}
{{- end }}
{{- if and (ne .Values.tls.source "secret") (not .Values.tls.certManager.issuerRef.name) }}
{{- fail (printf "tls: source is %s, and tls.certManager.issuerRef.name names no issuer. Name one. Nothing was changed." .Values.tls.source) }}
{{- end }}
{{- if not (or .Values.tls.client .Values.tls.peer) }}
{{- fail "tls: enabled, and both tls.client and tls.peer are off. Turn on at least one, or set tls.enabled=false. Nothing was changed." }}
{{- end }}
{{- end }}
{{- if eq (int .Values.ports.http) (int .Values.ports.peer) }}
{{- fail (printf "ports: http and peer are both %d. Give each one of its own. Nothing was changed." (int .Values.ports.http)) }}
{{- end }}
{{- end -}}
