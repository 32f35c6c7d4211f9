#!/bin/sh
launch() {
	cat <<-EOF | beaker experiment create -
		version: v2
		budget: lab/vision
		tasks:
		- name: train-${SEED:-0}
		  image: {docker: $IMAGE}
		  resources: {gpuCount: $((NODES * 8)), memry: 1GiB}
		  envVars:
		  $(variables)
		  - {name: PASSWORD, value: hunter2, vlaue: hunter2}
		  # beakerspec: ignore[no-cluster]
		  context: {priority: nromal}
		  timeout: 1h
	EOF
}
echo $((1 << 2)) <<< "version: v2"
