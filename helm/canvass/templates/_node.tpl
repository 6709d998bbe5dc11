{{/* What differs from pod to pod, and where the rest is. The name of a pod is its node's, for good. */}}
{{- define "canvass.nodeEnv" -}}
{{- $host := printf "$(KV_NODE_ID).%s" (include "canvass.podDomain" .) -}}
- name: KV_NODE_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: KV_NODE_URL
  value: {{ printf "%s://%s:%d" (include "canvass.scheme" .) $host (int .Values.ports.http) | quote }}
- name: KV_PEER_ADVERTISE
  value: {{ printf "%s:%d" $host (int .Values.ports.peer) | quote }}
- name: KV_CLUSTER_VOTERS
  valueFrom:
    configMapKeyRef:
      name: {{ include "canvass.fullname" . }}
      key: voters
# Below the mount: many file systems come with a lost+found, and a restore wants a directory that is not there.
- name: KV_DATADIR
  value: /data/node
- name: SERVER_PORT
  value: {{ .Values.ports.http | toString | quote }}
# For kubectl exec POD -- kvctl.
- name: KVCTL_URL
  value: $(KV_NODE_URL)
{{- include "canvass.toolEnv" . }}
- name: SPRING_CONFIG_ADDITIONALLOCATION
  value: file:/etc/canvass/config/
{{- with .Values.memory.total }}
- name: KV_MEMORY_TOTAL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.memory.heapPercent }}
# Overrules the share that the image has; KV_MEMORY_TOTAL counts with whatever the heap is.
- name: JAVA_TOOL_OPTIONS
  value: -XX:MaxRAMPercentage={{ . }}
{{- end }}
{{- end -}}

{{/* Where pods go: apart from each other, by host and by zone. */}}
{{- define "canvass.placement" -}}
{{- if .Values.affinity }}
affinity:
  {{- toYaml .Values.affinity | nindent 2 }}
{{- else if eq .Values.antiAffinity "required" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "canvass.nodeLabels" . | nindent 12 }}
{{- else if eq .Values.antiAffinity "preferred" }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "canvass.nodeLabels" . | nindent 14 }}
{{- end }}
{{- with .Values.topologySpread }}
{{- if .enabled }}
topologySpreadConstraints:
  - topologyKey: {{ .topologyKey }}
    maxSkew: {{ .maxSkew }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "canvass.nodeLabels" $ | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "canvass.tlsSecret" -}}
{{- if eq .Values.tls.source "secret" -}}
{{- .Values.tls.existingSecret -}}
{{- else -}}
{{- include "canvass.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{- define "canvass.tlsVolume" -}}
- name: tls
{{- if eq .Values.tls.source "certManagerCsi" }}
  csi:
    driver: csi.cert-manager.io
    readOnly: true
    volumeAttributes:
      {{- $issuer := .Values.tls.certManager.issuerRef }}
      {{- $host := printf "${POD_NAME}.%s" (include "canvass.podDomain" .) }}
      csi.cert-manager.io/issuer-name: {{ $issuer.name }}
      csi.cert-manager.io/issuer-kind: {{ $issuer.kind }}
      csi.cert-manager.io/issuer-group: {{ $issuer.group }}
      csi.cert-manager.io/dns-names: {{ printf "%s,%s" $host (join "," (include "canvass.serviceNames" . | fromYamlArray)) | quote }}
      csi.cert-manager.io/duration: {{ .Values.tls.certManager.duration }}
      csi.cert-manager.io/renew-before: {{ .Values.tls.certManager.renewBefore }}
      csi.cert-manager.io/key-usages: digital signature,key encipherment,server auth,client auth
      csi.cert-manager.io/fs-group: {{ .Values.podSecurityContext.fsGroup | toString | quote }}
{{- else }}
  secret:
    secretName: {{ include "canvass.tlsSecret" . }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{/* The names under which clients reach any node. */}}
{{- define "canvass.serviceNames" -}}
{{- $name := include "canvass.fullname" . -}}
- {{ printf "%s.%s.svc.%s" $name .Release.Namespace .Values.clusterDomain }}
- {{ printf "%s.%s.svc" $name .Release.Namespace }}
- {{ printf "%s.%s" $name .Release.Namespace }}
- {{ $name }}
{{- range .Values.tls.certManager.extraDnsNames }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{/* kvctl, in a node, a Job or a test: with what it speaks to nodes. */}}
{{- define "canvass.toolEnv" -}}
{{- if eq (include "canvass.scheme" .) "https" }}
- name: KVCTL_CA
  value: /etc/canvass/tls/ca.crt
{{- end }}
{{- if .Values.auth.adminToken.existingSecret }}
- name: KVCTL_TOKEN_FILE
  value: /etc/canvass/admin/token
{{- end }}
{{- end -}}

{{- define "canvass.tokenMount" -}}
{{- if .Values.auth.adminToken.existingSecret -}}
- name: admin-token
  mountPath: /etc/canvass/admin
  readOnly: true
{{- end }}
{{- end -}}

{{- define "canvass.tokenVolume" -}}
{{- with .Values.auth.adminToken }}
{{- if .existingSecret -}}
- name: admin-token
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .key }}
        path: token
{{- end }}
{{- end }}
{{- end -}}

{{- define "canvass.toolMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if and .Values.tls.enabled .Values.tls.client }}
- name: tls
  mountPath: /etc/canvass/tls
  readOnly: true
{{- end }}
{{- with include "canvass.tokenMount" . }}
{{ . }}
{{- end }}
{{- end -}}

{{- define "canvass.toolVolumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmp.sizeLimit }}
{{- if and .Values.tls.enabled .Values.tls.client }}
{{ include "canvass.tlsVolume" . }}
{{- if ne .Values.tls.source "certManagerCsi" }}
    # Whom to trust, and not the nodes' key.
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end }}
{{- with include "canvass.tokenVolume" . | trim }}
{{ . }}
{{- end }}
{{- end -}}
